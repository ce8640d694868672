/**
 * What keeps the node from being as its spec wants it, as far as the agent knows: decided by types and codes. Being
 * rolled back, held or waiting is no lack: a known generation runs, and the verdict says the rest.
 */
import type { ErrorCode, Reason } from '../base/errors.ts';
import type { NodeStatus, Verdict } from '../report/status.ts';
import { debugError } from './errors.ts';

/** What is not met, why, and what helps. */
export interface Unmet {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly next: string;
  readonly element?: string;
}

const UNWELL: ReadonlySet<Verdict> = new Set(['SafeMode', 'Degraded', 'Unknown']);

/** Empty: ready. Worst first; no code twice for one element. */
export function unmetOf(status: NodeStatus): readonly Unmet[] {
  const known = [...reasons(status)];
  const found = (known.length === 0 && isUnwell(status) ? [unwell(status)] : known).map((reason) =>
    unmet(reason, status),
  );
  return found.filter((one, index) => index === found.findIndex((other) => keyOf(other) === keyOf(one)));
}

function* reasons(status: NodeStatus): Generator<Reason> {
  const { verdict, reason, rollbackIncomplete, resources, lookedAt, running, wanted } = status;
  if (UNWELL.has(verdict) && reason !== undefined) yield reason;
  if (rollbackIncomplete !== undefined) yield rollbackIncomplete;
  for (const row of resources)
    if ((row.condition === 'unknown' || row.condition === 'failed') && row.reason !== undefined) yield row.reason;
  if (lookedAt === undefined)
    yield debugError('KSN-DEBUG-002', 'not everything was looked at since the agent was started').toReason();
  if (running === undefined && verdict !== 'Left' && verdict !== 'Observe')
    yield wanted === undefined && reason !== undefined
      ? reason
      : debugError('KSN-DEBUG-004', 'no generation has come about on this node yet').toReason();
}

function unwell({ verdict }: NodeStatus): Reason {
  return debugError('KSN-DEBUG-003', `the node is ${verdict}, and nothing says why`).toReason();
}

/** Whatever else is known, this is never ready: what is said of it may have no reason of its own. */
function isUnwell({ verdict, counts }: NodeStatus): boolean {
  if ((counts.unknown ?? 0) > 0 || (counts.failed ?? 0) > 0) return true;
  return UNWELL.has(verdict);
}

function unmet({ code, message, remedy, element }: Reason, { next }: NodeStatus): Unmet {
  return {
    code,
    reason: message,
    next: remedy ?? next ?? `keelson explain ${code}`,
    ...(element !== undefined && { element }),
  };
}

function keyOf({ code, element }: Unmet): string {
  return `${code} ${element ?? ''}`;
}
