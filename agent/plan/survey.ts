/** Looks at the host and says what would have to change: observe and plan over all kinds, nothing written. */
import type { Instant } from '../base/clock.ts';
import { asKeelsonError, type Reason } from '../base/errors.ts';
import type {
  AnyKind,
  Address,
  Draft,
  Item,
  Note,
  Observation,
  Owned,
  ReadHost,
  Target,
  Wait,
} from '../resources/kind.ts';
import { planError } from './errors.ts';
import { handOver } from './hand-over.ts';
import { neededRemovals } from './needed-removals.ts';
import { targetsOf } from './targets.ts';
import { stillNeeded } from './withhold.ts';

/** What to look at, and as of when. */
export interface SurveyInput {
  readonly kinds: readonly AnyKind[];
  readonly items: readonly Item<unknown>[];
  readonly ledger: ReadonlyMap<Address, Owned<unknown>>;
  /** Narrow to these; absent = everything, and foreign things are discovered too. */
  readonly only?: ReadonlySet<Address>;
  readonly host: ReadHost;
  readonly now: Instant;
  readonly adoption: 'allow' | 'deny';
  /** Of what is wanted. */
  readonly series?: string;
}

/** What one look found. `dueAt`: the wall time at which some kind wants to be asked again; null: never by itself. */
export interface Survey {
  readonly drafts: readonly Draft<unknown>[];
  readonly waits: readonly Wait[];
  readonly notes: readonly Note[];
  readonly seen: ReadonlyMap<Address, Observation<unknown>>;
  readonly targets: ReadonlyMap<Address, Target<unknown, unknown>>;
  readonly orphaned: readonly Owned<unknown>[];
  readonly dueAt: Instant | null;
}

/**
 * Looks at every target, or at `only` some, all kinds at once. A kind that fails to look makes its targets unknown
 * (KSN-PLAN-002), never absent. Rejects with the reason of the signal.
 */
export async function survey(input: SurveyInput, signal: AbortSignal): Promise<Survey> {
  const { byKind, orphaned } = targetsOf(input.kinds, input.items, input.ledger, input.only);
  const drafts: Draft<unknown>[] = [];
  const waits: Wait[] = [];
  const notes: Note[] = [];
  const seen = new Map<Address, Observation<unknown>>();
  const all = new Map<Address, Target<unknown, unknown>>();
  let dueAt: Instant | null = null;

  const known = new Set([...byKind.values()].flatMap((targets) => targets.map(({ address }) => address)));
  await Promise.all(
    input.kinds.map(async (kind) => {
      const targets = [...(byKind.get(kind.name) ?? [])];
      if (input.only === undefined && kind.discover !== undefined) {
        const found = await kind.discover(input.host, known, signal, targets);
        targets.push(...found.targets);
        notes.push(...found.more);
      }
      if (targets.length === 0) return;
      const observed = await observeKind(kind, targets, input.host, signal);
      const planned = kind.plan({
        targets,
        seen: observed,
        now: input.now,
        ...(input.series !== undefined && { series: input.series }),
      });
      for (const target of targets) all.set(target.address, target);
      for (const [address, observation] of observed) seen.set(address, observation);
      for (const draft of planned.changes) {
        const refusal =
          draft.adopts && input.adoption === 'deny' && !kind.same(draft.from, draft.to)
            ? refuseAdoption(draft.address)
            : null;
        if (refusal === null) drafts.push(draft);
        else waits.push({ address: draft.address, reason: refusal, until: 'input' });
      }
      waits.push(...planned.waits);
      notes.push(...(planned.notes ?? []));
      if (planned.dueAt !== undefined) dueAt = dueAt === null ? planned.dueAt : Math.min(dueAt, planned.dueAt);
    }),
  );
  signal.throwIfAborted();
  const stuck = waits.map(({ address }) => ({ address, needs: all.get(address)?.owned?.needs ?? [] }));
  const stays = neededRemovals(drafts, stuck);
  for (const [address, by] of stays) waits.push({ address, reason: stillNeeded(address, by), until: 'input' });
  const free = drafts.filter(({ address }) => !stays.has(address));
  return { drafts: handOver(free), waits, notes, seen, targets: all, orphaned, dueAt };
}

/** Folders among the drafts that only carry what is declared. */
export function impliedOf({ drafts, targets }: Survey): readonly Address[] {
  return drafts.map(({ address }) => address).filter((address) => targets.get(address)?.item?.implied === true);
}

/** A kind that cannot look says so for each target: unknown, never "as desired". */
async function observeKind(
  kind: AnyKind,
  targets: readonly Target<unknown, unknown>[],
  host: ReadHost,
  signal: AbortSignal,
): Promise<ReadonlyMap<Address, Observation<unknown>>> {
  let answered: ReadonlyMap<Address, Observation<unknown>>;
  let failure: Reason | null = null;
  try {
    answered = await kind.observe(targets, host, signal);
  } catch (error) {
    signal.throwIfAborted();
    failure = planError(
      'KSN-PLAN-002',
      `${kind.name} could not be observed: ${asKeelsonError(error).message}`,
    ).toReason();
    answered = new Map();
  }
  const complete = new Map(answered);
  for (const { address } of targets) {
    if (complete.has(address)) continue;
    complete.set(address, {
      unknown: failure ?? planError('KSN-PLAN-002', `${address} was not observed`, { element: address }).toReason(),
    });
  }
  return complete;
}

function refuseAdoption(address: Address): Reason {
  return planError('KSN-PLAN-005', `${address} exists, was not made by Keelson, and differs`, {
    element: address,
  }).toReason();
}
