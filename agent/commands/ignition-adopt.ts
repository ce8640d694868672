/** `keelson ignition adopt CONFIG`: a spec that keeps on this host what an Ignition config says. It only reads the host. */
import { specOf } from '../adopt/adopted-spec.ts';
import { counted } from '../base/words.ts';
import { oneLine } from '../base/one-line.ts';
import { adoptConfig } from '../ignition/adopt-config.ts';
import { auditConfig } from '../ignition/audit.ts';
import { kinds } from '../resources/registry.ts';
import { checkedSeries } from './adopt.ts';
import { loadGiven } from './ignition-audit.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { openRootFolder } from './open-root.ts';
import { agentSettingsOf, readConfig } from './settings.ts';
import { failureText, findingsSum, findingsText } from './text/findings-text.ts';
import { writeNew } from './write-new.ts';

export interface IgnitionAdoptOptions {
  readonly series: string;
  readonly withSecrets: boolean;
  readonly mergeDir?: string;
  readonly out?: string;
}

/** Exit 0: all of the config; 2: some was left out; 1: the config is none, or nothing of it can be kept. */
export async function ignitionAdopt(
  invocation: Invocation,
  file: string,
  { series, withSecrets, mergeDir, out }: IgnitionAdoptOptions,
): Promise<ExitCode> {
  const { terminal, global } = invocation;
  checkedSeries(series);
  const { config, findings, missing } = await loadGiven(invocation, file, mergeDir);
  if (config === null) {
    const all = [...findings, ...missing];
    terminal.print([...findingsText(all, terminal.palette), findingsSum(all)]);
    return 1;
  }
  const root = await openRootFolder(global.root, 'looking');
  await using fs = root.fs;
  const { policy, kindSettings: settings } = (await agentSettingsOf((await readConfig(fs, global)).settings, fs))
    .verifier;
  const { sections, leftOut } = adoptConfig(config, await auditConfig(config, { fs, commandLine: null }), withSecrets);
  const comment = [`Of the Ignition config ${oneLine(file)}, by keelson ignition adopt`];
  const haul = { sections, leftOut: [...missing, ...leftOut] };
  const adopted = await specOf(haul, { kinds, settings, policy, fs, series, comment });
  const taken = Object.values(adopted.sections).reduce((sum, section) => sum + Object.keys(section).length, 0);
  if (taken > 0 && out !== undefined) await writeNew(out, adopted.text, withSecrets);
  else if (taken > 0) terminal.print(adopted.text.trimEnd());
  const lines = adopted.leftOut.flatMap((reason) => failureText(reason, terminal.palette));
  const next = taken > 0 ? [`Next: keelson plan ${out ?? 'FILE'} on this host shows what differs from it.`] : [];
  terminal.warn([...lines, `${counted(taken, 'resource')} taken over, ${adopted.leftOut.length} left out.`, ...next]);
  if (taken === 0) return 1;
  return adopted.leftOut.length > 0 ? 2 : 0;
}
