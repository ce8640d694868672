/** `keelson diagnostics`: one archive for whoever helps, redacted, with a manifest of what is in it. Needs no agent. */
import { hostname } from 'node:os';
import { formatSize } from '../base/units.ts';
import { counted } from '../base/words.ts';
import { packed } from './diagnostics/archive.ts';
import { gather } from './diagnostics/gather.ts';
import { writeOnce } from './diagnostics/write-once.ts';
import { thisMachine, type Machine } from './examined.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { columns, widthOf } from './text/columns.ts';

export interface DiagnosticsOptions {
  /** As the caller's shell names it; without one, a name of its own in the folder where it is run. */
  readonly output?: string;
}

/** What journalctl may say; the rest of an archive is small beside it. */
const LOG_BYTES = 512 * 1024;

/** `machine`: in place of this one, in tests. @throws KSN-CLI-002 where the file is there already or cannot be written. */
export async function diagnostics(
  invocation: Invocation,
  options: DiagnosticsOptions,
  machine: Machine = thisMachine(invocation.clock, invocation.signal, LOG_BYTES),
): Promise<ExitCode> {
  const { terminal, clock } = invocation;
  const madeAt = clock.now();
  const stamp = new Date(madeAt).toISOString().replaceAll(/[-:]|\.\d+/gu, '');
  const file = options.output ?? `keelson-diagnostics-${hostname()}-${stamp}.tar.gz`;
  const parts = await gather(invocation, machine);
  const { bytes, manifest } = packed(parts, { madeAt });
  await writeOnce(file, bytes);
  const rows = manifest.files.map(({ name, bytes: size, what }) => [name, formatSize(size), what]);
  terminal.print(columns(rows, { indent: '  ', ...widthOf(terminal) }));
  for (const { name, why } of manifest.missing) terminal.warn(`  without ${name}: ${why}`);
  const hidden = manifest.files.reduce((sum, { redacted }) => sum + redacted, 0);
  terminal.print([
    `${file}  ${formatSize(bytes.length)}, ${counted(manifest.files.length, 'file')}, ${counted(hidden, 'value')} redacted`,
    'Look into it before you send it: MANIFEST.json says what each file is.',
  ]);
  return 0;
}
