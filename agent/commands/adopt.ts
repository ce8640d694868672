/** `keelson adopt PATH…`: a spec of what is on this host now, to begin with. Writes nothing but the file that --out names. */
import { posix } from 'node:path';
import { excludes } from '../adopt/exclusion.ts';
import { specOf } from '../adopt/adopted-spec.ts';
import { gather } from '../adopt/walk.ts';
import { quoted } from '../base/words.ts';
import { misfitSeries } from '../desired/node-spec-schema.ts';
import { RootAccounts } from '../host/accounts.ts';
import { readHostname } from '../host/facts.ts';
import { kinds } from '../resources/registry.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { openRootFolder } from './open-root.ts';
import { agentSettingsOf, readConfig } from './settings.ts';
import { adoptText } from './text/adopt-text.ts';
import { writeNew } from './write-new.ts';

export interface AdoptOptions {
  readonly series: string;
  readonly exclude: readonly string[];
  readonly withSecrets: boolean;
  readonly out?: string;
}

/** Exit 0: all that was named; 2: some was left out; 1: there is nothing. */
export async function adopt(
  { terminal, global, signal }: Invocation,
  named: readonly string[],
  { series, exclude, withSecrets, out }: AdoptOptions,
): Promise<ExitCode> {
  checkedSeries(series);
  const root = await openRootFolder(global.root, 'looking');
  await using fs = root.fs;
  const paths = named.map((path) => inRoot(path, root.isWholeHost));
  const { verifier } = await agentSettingsOf((await readConfig(fs, global)).settings, fs);
  const { policy, kindSettings: settings } = verifier;
  const names = new RootAccounts(fs);
  await names.refresh();
  const host = { fs, names, settings, withSecrets };
  const haul = await gather(paths, { kinds, host, policy, excluded: excludes(exclude), signal });
  const comment = [
    `Taken over from ${(await readHostname(fs)) ?? 'this host'} by keelson adopt ${paths.join(' ')}`,
    ...(root.libc === null ? ['Labels, ACLs and other extended attributes were not looked at: no node:ffi.'] : []),
  ].map((line) => line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?'));
  const adopted = await specOf(haul, { kinds, settings, policy, fs, series, comment });
  const taken = Object.values(adopted.sections).some((section) => Object.keys(section).length > 0);
  if (taken && out !== undefined) await writeNew(out, adopted.text, withSecrets);
  else if (taken) terminal.print(adopted.text.trimEnd());
  terminal.warn(adoptText(adopted, { kinds, out, blind: root.libc === null, palette: terminal.palette }));
  if (!taken) return 1;
  return adopted.leftOut.length > 0 ? 2 : 0;
}

/** @throws KSN-CLI-001 where no series can be called so */
export function checkedSeries(series: string): void {
  const wrong = misfitSeries(series);
  if (wrong !== null)
    throw cliError('KSN-CLI-001', `--series ${quoted(series)} is no name of a series: expected ${wrong}`, {
      element: '--series',
      remedy: 'Name the series that the specs of this node shall have.',
    });
}

/** Absolute in the root; on the whole host also from where one stands. */
function inRoot(path: string, isWholeHost: boolean): string {
  const absolute = isWholeHost ? posix.resolve(path) : posix.normalize(path);
  if (!absolute.startsWith('/'))
    throw cliError('KSN-CLI-001', `${path} is not absolute, as paths in another root are`, { element: path });
  return absolute.length > 1 && absolute.endsWith('/') ? absolute.slice(0, -1) : absolute;
}
