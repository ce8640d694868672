/** What must hold before a generation counts: the spec's gates, its resources' gates, and the implicit one. */
import { isIrreversible } from '../apply/execution.ts';
import { kindOf } from '../plan/targets.ts';
import { probeSafely } from '../apply/settle.ts';
import type { GateSpec } from '../desired/shared-fields.ts';
import { gateSubject } from '../health/gates.ts';
import type { HealthCheck } from '../health/hold.ts';
import type { Address, Health, Target } from '../resources/kind.ts';
import { planError } from '../plan/errors.ts';
import { look, noteDue, now, restraintOf, type Reconciliation } from './context.ts';
import type { Survey } from '../plan/survey.ts';
import { withhold } from '../plan/withhold.ts';
import type { Desired } from './desired.ts';

/** Checks on changed items fail a generation when nobody can tell; checks on the rest only by evidence. */
export interface GateCheck extends HealthCheck {
  readonly ofChanged: boolean;
}

/**
 * Of the spec and of every resource, whether it changed or not; and where anything changed, the implicit one: it has
 * arrived and is well.
 */
export function gatesOf(r: Reconciliation, desired: Desired, changed: ReadonlySet<Address>): readonly GateCheck[] {
  const own = placed(desired.spec?.gates ?? [], 'the spec', true);
  const ofItems = desired.items.flatMap(({ address, shared }) => placed(shared.gates, address, changed.has(address)));
  return [...checksOf(r, [...own, ...ofItems]), ...(changed.size > 0 ? [implicitGate(r, desired, changed)] : [])];
}

/** Of a renewal or an override: what it changed, and nothing else, which may have been unwell before. */
export function gatesOfChanged(
  r: Reconciliation,
  desired: Desired,
  changed: ReadonlySet<Address>,
): readonly GateCheck[] {
  const items = desired.items.filter(({ address }) => changed.has(address));
  const own = items.flatMap(({ address, shared }) => placed(shared.gates, address, true));
  return [...checksOf(r, own), implicitGate(r, desired, changed)];
}

interface PlacedGate {
  readonly gate: GateSpec;
  readonly of: string;
  /** `file:/etc/x gates/0` */
  readonly place: string;
  readonly ofChanged: boolean;
}

function placed(gates: readonly GateSpec[], of: string, ofChanged: boolean): readonly PlacedGate[] {
  return gates.map((gate, index) => ({ gate, of, place: `${of} gates/${index}`, ofChanged }));
}

function checksOf(r: Reconciliation, gates: readonly PlacedGate[]): readonly GateCheck[] {
  const named = Map.groupBy(gates, ({ gate }) => gateSubject(gate));
  return gates.map((one) => gateCheck(r, one, named.get(gateSubject(one.gate))?.length === 1));
}

/** Of a command only the program is told, of a URL no query: the place tells apart those that read alike. */
function gateCheck(r: Reconciliation, { gate, of, place, ofChanged }: PlacedGate, isOnlyOne: boolean): GateCheck {
  const check = async (signal: AbortSignal): Promise<Health> => {
    const health = await r.checkGate(gate, signal);
    const isWhole = gate.type !== 'exec' && gate.type !== 'http';
    if (isWhole || health.is === 'healthy' || health.reason === undefined) return health;
    const message = isOnlyOne ? health.reason.message : `${place}: ${health.reason.message}`;
    return { ...health, reason: { ...health.reason, message, element: place } };
  };
  return { subject: `${isOnlyOne ? of : place} ${gateSubject(gate)}`, ofChanged, check };
}

/** Always there: every changed item is as desired, but for what has to wait for the verdict, and well. */
function implicitGate(r: Reconciliation, desired: Desired, changed: ReadonlySet<Address>): GateCheck {
  return {
    subject: 'changed resources',
    ofChanged: true,
    check: async (signal) => {
      const seen = await look(r, desired, signal, changed);
      const { free } = withhold(seen.drafts, seen.waits, restraintOf(r), r.execution.kinds);
      const draft = free.find((one) => !isIrreversible(one));
      if (draft !== undefined) {
        const reason = planError('KSN-PLAN-007', `${draft.address} is not as desired: ${draft.summary}`, {
          element: draft.address,
        });
        return { is: 'progressing', reason: reason.toReason() };
      }
      return worst(
        await probeAll(
          r,
          [...seen.targets.values()].filter((target) => target.item !== null),
          signal,
        ),
      );
    },
  };
}

/** Probes targets that should be there; the board learns what cannot be judged here. */
export async function probeAll(
  r: Reconciliation,
  targets: readonly Target<unknown, unknown>[],
  signal: AbortSignal,
): Promise<readonly Health[]> {
  return Promise.all(
    targets.map(async (target): Promise<Health> => {
      const kind = kindOf(r.execution.kinds, target.address);
      if (kind === undefined || target.owned === null) return { is: 'healthy' };
      const health = await probeSafely(() =>
        kind.probe(target, target.owned?.last ?? null, r.execution.hosts.read, signal),
      );
      if (health.is === 'unjudged') {
        r.board.set(
          target.address,
          { condition: 'placed', ...(health.reason !== undefined && { detail: health.reason.message }) },
          now(r),
        );
      } else if (health.is === 'unhealthy' && health.reason !== undefined) {
        r.board.set(target.address, { condition: 'failed', reason: health.reason }, now(r));
      }
      return health;
    }),
  );
}

const SEVERITY = { healthy: 0, unjudged: 0, unknown: 1, progressing: 2, unhealthy: 3 } as const;

function worst(all: readonly Health[]): Health {
  let result: Health = { is: 'healthy' };
  for (const health of all) if (SEVERITY[health.is] > SEVERITY[result.is]) result = health;
  return result;
}

/**
 * What lives on beyond its bytes, and is probed at every full look. Not what waits: that it is well as it is says
 * nothing of what it waits to be.
 */
export function livingIn(r: Reconciliation, { targets, waits }: Survey): readonly Target<unknown, unknown>[] {
  const waiting = new Set(waits.map(({ address }) => address));
  return [...targets.values()].filter(
    ({ address, item }) => item !== null && !waiting.has(address) && kindOf(r.execution.kinds, address)?.alive === true,
  );
}

/** A complete look for the board, with what lives probed. Ends quietly when told to stop. */
export async function showAll(r: Reconciliation, desired: Desired, signal: AbortSignal): Promise<void> {
  try {
    const seen = await look(r, desired, signal);
    r.board.show(seen, withhold(seen.drafts, seen.waits, restraintOf(r), r.execution.kinds), now(r), true);
    noteDue(r, seen.dueAt);
    await probeAll(r, livingIn(r, seen), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
