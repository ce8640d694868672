/** `keelson ignition audit CONFIG`: what of an Ignition config is still so on this host. It only reads. */
import { readFile } from 'node:fs/promises';
import { quoted } from '../base/words.ts';
import { auditConfig } from '../ignition/audit.ts';
import type { Audited } from '../ignition/audited.ts';
import type { Reason } from '../base/errors.ts';
import type { IgnitionConfig } from '../ignition/config.ts';
import { loadConfig } from '../ignition/load-config.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { readIgnition, sourcesIn } from './ignition-sources.ts';
import { openRootFolder } from './open-root.ts';
import { dataText, type Output } from './text/data.ts';
import { findingsSum, findingsText } from './text/findings-text.ts';
import { auditText, summaryOf } from './text/ignition-text.ts';

export interface IgnitionAuditOptions {
  readonly output: Output;
  readonly all: boolean;
  readonly mergeDir?: string;
}

/** Exit 0: nothing differs; 2: something does; 1: the config is none, or something could not be looked at. */
export async function ignitionAudit(
  invocation: Invocation,
  file: string,
  { output, all, mergeDir }: IgnitionAuditOptions,
): Promise<ExitCode> {
  const { terminal, global } = invocation;
  const loaded = await loadGiven(invocation, file, mergeDir);
  if (loaded.config === null && loaded.findings.length > 0) {
    if (output === 'table')
      terminal.print([...findingsText(loaded.findings, terminal.palette), findingsSum(loaded.findings)]);
    else terminal.print(await dataText({ findings: loaded.findings }, output));
    return 1;
  }
  const root = await openRootFolder(global.root, 'looking');
  await using fs = root.fs;
  const commandLine = root.isWholeHost ? await readFile('/proc/cmdline', 'utf8').catch(() => null) : null;
  const audited = [
    ...loaded.missing.map(asAudited),
    ...(loaded.config === null ? [] : await auditConfig(loaded.config, { fs, commandLine })),
  ];
  const summary = summaryOf(audited);
  if (output === 'table') terminal.print(auditText(audited, { file, all, palette: terminal.palette }));
  else terminal.print(await dataText({ config: file, root: global.root, summary, items: audited.map(flat) }, output));
  if (audited.some(({ verdict }) => verdict.is === 'unchecked' && verdict.why.code === 'KSN-IGN-012')) return 1;
  return summary.drifted + summary.missing > 0 ? 2 : 0;
}

/** The config with what it merges; `findings` where it is none. */
export async function loadGiven(
  invocation: Invocation,
  file: string,
  mergeDir: string | undefined,
): Promise<{
  readonly config: IgnitionConfig | null;
  readonly findings: readonly Reason[];
  readonly missing: readonly Reason[];
}> {
  const bytes = await readIgnition(file, invocation);
  return await loadConfig(bytes, file === '-' ? 'standard input' : file, sourcesIn(mergeDir));
}

function asAudited(why: Reason): Audited {
  return { element: `config:${quoted(why.element ?? '')}`, verdict: { is: 'unchecked', why } };
}

function flat({ element, verdict: { is, ...more } }: Audited): Readonly<Record<string, unknown>> {
  return { element, verdict: is, ...more };
}
