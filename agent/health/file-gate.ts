import type { GateSpec } from '../desired/shared-fields.ts';
import type { Health, ReadHost } from '../resources/kind.ts';
import { HEALTHY, unhealthy, unknown } from './answers.ts';

export type FileGate = Extract<GateSpec, { type: 'file' }>;

/** `contains` looks no further. */
const LOOKED_AT_BYTES = 1024 * 1024;

/** There (anything, for `contains` a regular file with that text in its first MiB), or not there for `absent`. */
export async function checkFileGate(
  gate: FileGate,
  subject: string,
  fs: Pick<ReadHost['fs'], 'lstat' | 'read'>,
): Promise<Health> {
  const entry = await fs.lstat(gate.path);
  if (gate.absent)
    return entry === null ? HEALTHY : unhealthy('KSN-GATE-001', subject, 'is there, although it must not be');
  if (entry === null) return unhealthy('KSN-GATE-001', subject, 'is not there');
  if (gate.contains === undefined) return HEALTHY;
  if (entry.type !== 'file') return unhealthy('KSN-GATE-001', subject, `is no regular file but a ${entry.type}`);
  if (entry.size > LOOKED_AT_BYTES) return unknown(subject, 'is too large to be searched (1 MiB)');
  const text = Buffer.from(await fs.read(gate.path, LOOKED_AT_BYTES)).toString('utf8');
  // The text asked for stays out of the message: it may be what makes the file secret.
  return text.includes(gate.contains)
    ? HEALTHY
    : unhealthy('KSN-GATE-001', subject, 'does not contain the text asked for');
}
