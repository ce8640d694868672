import type { GateSpec } from '../desired/shared-fields.ts';
import { formatDuration } from '../base/units.ts';
import type { Health, RunCommand } from '../resources/kind.ts';
import { HEALTHY, unhealthy, unknown } from './answers.ts';

export type ExecGate = Extract<GateSpec, { type: 'exec' }>;

/**
 * Exit code 0 within the timeout. A program that cannot be started proves nothing. What it prints is quoted nowhere: it
 * may be a file that only root reads, and a reason goes into the journal, events and status.
 */
export async function checkExecGate(
  gate: ExecGate,
  subject: string,
  run: RunCommand,
  signal: AbortSignal,
): Promise<Health> {
  const result = await run(gate.command, signal);
  if (result.startError !== undefined) return unknown(subject, `cannot be started (${result.startError})`);
  if (result.timedOut)
    return unhealthy('KSN-GATE-005', subject, `is still running after ${formatDuration(gate.command.timeoutMs)}`);
  if (result.exitCode === 0) return HEALTHY;
  const how = result.exitCode === null ? `was killed by ${result.signal}` : `ended with exit ${result.exitCode}`;
  return unhealthy('KSN-GATE-002', subject, `${how}; its output is not shown, run it by hand`);
}
