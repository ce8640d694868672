/** What the next reconcile would do: observe and plan outside the writer; nothing is written, nothing reserved. */
import type { Accepted } from '../apply/records.ts';
import { order } from '../plan/order.ts';
import type { Preview } from '../plan/preview.ts';
import { withhold } from '../plan/withhold.ts';
import type { Draft } from '../resources/kind.ts';
import type { VerifiedSpec } from '../verify/verified-spec.ts';
import { impliedOf } from '../plan/survey.ts';
import { look, now, overridesInForce, restraintOf, type Reconciliation } from './context.ts';
import type { Basis } from './engine-port.ts';
import { nameOf } from './generation.ts';
import { maintained } from './next-job.ts';

/** What an apply must still find as it is for the shown plan to be the one that runs. */
export function basisOf(r: Reconciliation): Basis {
  const { state, seq } = r.execution.book;
  return { series: state.wanted?.series ?? null, generation: state.wanted?.generation ?? null, journalSeq: seq };
}

/** `spec`: as if it had been accepted now; absent: of what is wanted. Rejects with the reason of the signal. */
export async function preview(
  r: Reconciliation,
  spec: VerifiedSpec | undefined,
  signal: AbortSignal,
): Promise<Preview> {
  const basis = basisOf(r);
  const { state } = r.execution.book;
  const accepted = spec === undefined ? wantedNow(r) : acceptedOf(spec, now(r));
  const desired = await r.view.of(accepted, overridesInForce(r), spec?.spec);
  const seen = await look(r, desired, signal);
  const restraint = restraintOf(r);
  const { free, held, observed, kept, waits } = withhold(seen.drafts, seen.waits, restraint, r.execution.kinds);
  const waves = order([...free, ...observed, ...held, ...kept]).map((wave) => wave.map(withoutCommands));
  const changing = new Set(seen.drafts.map((draft) => draft.address));
  return {
    basis,
    from: state.running === null ? null : nameOf(state.running),
    to: accepted === null ? null : nameOf(accepted),
    signers: accepted?.signers ?? [],
    waves,
    waits: [...seen.waits, ...waits],
    notes: seen.notes,
    held: held.map((draft) => draft.address),
    busy: [...r.execution.busy.keys()],
    implied: impliedOf(seen),
    same: desired.items.filter((item) => item.implied !== true && !changing.has(item.address)).length,
    withheld: withheldWhy(r, free.length),
  };
}

/** On the read socket and on a port everybody may ask: a command is its target's name, as its arguments may be secrets. */
function withoutCommands<S>(draft: Draft<S>): Draft<S> {
  const effects = draft.effects.map(({ target, verb, signal }) => ({
    target,
    verb,
    ...(signal !== undefined && { signal }),
  }));
  return { ...draft, effects };
}

/** What would be converged to now: a wanted generation that is not blocked, else what runs. */
function wantedNow(r: Reconciliation): Accepted | null {
  const { state } = r.execution.book;
  if (state.left) return null;
  if (state.wanted !== null && !state.blocked.has(state.wanted.digest)) return state.wanted;
  return maintained(state);
}

/** As the journal would accept it at this wall time. */
export function acceptedOf(spec: VerifiedSpec, at: number): Accepted {
  const { series, generation, digest, facts, signers, source, checkedBy } = spec;
  return { series, generation, digest, facts, signers, source, at, ...(checkedBy !== undefined && { checkedBy }) };
}

function withheldWhy(r: Reconciliation, free: number): string | null {
  const { state } = r.execution.book;
  if (r.execution.book.refusal !== null) return `read-only: ${r.execution.book.refusal.message}`;
  if (state.safeMode !== null) return `safe mode: ${state.safeMode.reason.message}`;
  if (r.settings().mode === 'observe') return 'mode: observe';
  if (overridesInForce(r).some((override) => override.kind === 'hold' && override.address === null))
    return free === 0 ? 'the whole node is held' : 'the whole node is held, but for what is due';
  return null;
}
