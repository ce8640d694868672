/** What people and sources ask for, checked and made durable; the lanes do the rest. */
import type { Accepted, Override } from '../apply/records.ts';
import type { KeelsonError } from '../base/errors.ts';
import { nearest, oneOf, quoted } from '../base/words.ts';
import type { VerifiedSpec } from '../verify/verified-spec.ts';
import { now, overridesInForce, type Reconciliation } from './context.ts';
import { engineError } from './errors.ts';
import { nameOf } from './generation.ts';
import type { Basis } from './engine-port.ts';
import { acceptedOf, basisOf } from './preview.ts';

/** @throws KSN-ENGINE-009 when something was decided or done since the plan was shown. */
export function refuseStale(r: Reconciliation, shown: Basis): void {
  const current = basisOf(r);
  const same = (['series', 'generation', 'journalSeq'] as const).every((key) => shown[key] === current[key]);
  if (!same)
    throw engineError(
      'KSN-ENGINE-009',
      `the plan was made for ${basisWords(shown)}; the node is at ${basisWords(current)}`,
    );
}

function basisWords({ series, generation, journalSeq }: Basis): string {
  return `${series ?? '-'}/${generation ?? '-'} at ${journalSeq}`;
}

/** Accepted envelopes on disk. */
export interface SpecStore {
  readonly has: (digest: string) => Promise<boolean>;
  /** Durable when it resolves. */
  readonly save: (spec: VerifiedSpec) => Promise<void>;
}

/** The remedy is that of what makes it so. */
export function readOnlyError(refusal: KeelsonError): KeelsonError {
  return engineError('KSN-ENGINE-006', `read-only: ${refusal.message}`, {
    cause: refusal,
    ...(refusal.remedy !== undefined && { remedy: refusal.remedy }),
  });
}

/**
 * One at a time (the engine sees to it): between this check and its record nothing else is accepted. The guard per
 * series: only a higher generation; the same bytes again change nothing, but that they are put where the store has
 * lost them (`mended`); other bytes under the same number are an alarm.
 */
export async function acceptSpec(
  r: Reconciliation,
  spec: VerifiedSpec,
  store: SpecStore,
  basis?: Basis,
): Promise<'new' | 'again' | 'mended'> {
  const { book, events } = r.execution;
  if (basis !== undefined) refuseStale(r, basis);
  await book.judge();
  if (book.refusal !== null) throw readOnlyError(book.refusal);
  const newest = book.state.accepted.get(spec.series);
  const name = nameOf(spec);
  if (newest !== undefined && newest.generation === spec.generation && newest.digest !== spec.digest) {
    const error = engineError('KSN-ENGINE-002', `${name} was accepted as ${newest.digest}, not ${spec.digest}`, {
      element: name,
    });
    events.emit({
      type: 'SpecRefused',
      message: `${name} from ${spec.source} is refused: ${error.message}`,
      generation: name,
      reason: error.toReason(),
    });
    throw error;
  }
  if (newest !== undefined && newest.generation > spec.generation) {
    throw engineError('KSN-ENGINE-001', `${name} is older than ${nameOf(newest)}`, { element: name });
  }
  if (
    newest?.digest === spec.digest &&
    (book.state.wanted?.digest === spec.digest || book.state.blocked.has(spec.digest))
  ) {
    if (await store.has(spec.digest)) return 'again';
    await store.save(spec);
    return 'mended';
  }
  // The bytes first: an accept record without its envelope could not be applied after a crash.
  await store.save(spec);
  const accepted = acceptedOf(spec, now(r));
  // It is parsed already: the generation need not read it again.
  await r.view.of(accepted, overridesInForce(r), spec.spec);
  await book.commit({ t: 'accept', ...accepted });
  events.emit({
    type: 'SpecAccepted',
    message: `${name} accepted from ${spec.source}${spec.signers.length > 0 ? `, signed by ${spec.signers.join(', ')}` : ', unsigned'}`,
    generation: name,
  });
  return 'new';
}

/** Durable when it resolves. @throws KSN-ENGINE-003 where this is not the newest generation of its series, blocked. */
export async function beginRetry(r: Reconciliation, generation: number, by: string, reason: string): Promise<void> {
  const { book, events } = r.execution;
  const blocked = [...book.state.blocked.values()].find((row) => row.generation === generation);
  const accepted = blocked === undefined ? undefined : book.state.accepted.get(blocked.series);
  if (blocked === undefined || accepted?.digest !== blocked.digest) {
    throw engineError('KSN-ENGINE-003', `generation ${generation} is not a blocked newest generation`, {
      element: String(generation),
    });
  }
  await book.commit(
    { t: 'unblock', digest: blocked.digest, by, reason, at: now(r) },
    { t: 'want', identity: accepted, why: `retry by ${by}: ${reason}` },
  );
  events.emit({
    type: 'Unblocked',
    message: `${nameOf(accepted)} is tried again`,
    generation: nameOf(accepted),
    by,
    reasonGiven: reason,
  });
}

/** To the last-known-good: the one that runs if something newer is under way, else the one before. Never below the signed floor. */
export async function beginRollback(r: Reconciliation, by: string, reason: string): Promise<void> {
  const { book, events } = r.execution;
  const { wanted, lastKnownGood, previousGood } = book.state;
  const target = lastKnownGood !== null && wanted?.digest !== lastKnownGood.digest ? lastKnownGood : previousGood;
  if (target === null || wanted === null) throw engineError('KSN-ENGINE-004', 'there is no earlier good generation');
  const floor = await floorOf(r, wanted);
  if (target.series === wanted.series && target.generation < floor) {
    throw engineError('KSN-ENGINE-004', `${nameOf(target)} lies below the signed floor ${floor}`, {
      element: nameOf(target),
    });
  }
  const why = engineError('KSN-ENGINE-011', `rolled back by ${by}: ${reason}`, { element: nameOf(wanted) }).toReason();
  const { series, generation, digest } = wanted;
  await book.commit(
    { t: 'block', series, generation, digest, reason: why, at: now(r) },
    { t: 'want', identity: target, why: why.message },
  );
  events.emit({
    type: 'RollbackStarted',
    message: `${by} asks to go back to ${nameOf(target)}`,
    by,
    reasonGiven: reason,
  });
}

async function floorOf(r: Reconciliation, wanted: Accepted): Promise<number> {
  const { spec } = await r.view.of(wanted, []);
  return spec?.floor ?? 0;
}

/** @throws KSN-ENGINE-005 (ends at no time, or in the past), KSN-ENGINE-013 (nobody manages the address). */
export async function checkOverride(r: Reconciliation, override: Override): Promise<void> {
  const { address, expires } = override;
  const when = new Date(expires);
  if (Number.isNaN(when.getTime())) throw engineError('KSN-ENGINE-005', `${expires} is no time at which it ends`);
  if (expires <= now(r)) throw engineError('KSN-ENGINE-005', `${when.toISOString()} is not in the future`);
  if (address === null || r.board.get(address) !== undefined || r.execution.book.state.ledger.has(address)) return;
  const known = await knownAddresses(r);
  if (known === null || known.has(address)) return;
  const meant = likely(address, known);
  throw engineError('KSN-ENGINE-013', `nobody manages ${quoted(address)} here`, {
    element: address,
    ...(meant.length > 0 && { remedy: `Did you mean ${oneOf(meant)}?` }),
  });
}

/** Everything that has an address here; null when that cannot be told, which keeps nobody from a hold. */
async function knownAddresses(r: Reconciliation): Promise<ReadonlySet<string> | null> {
  const { ledger, wanted, running } = r.execution.book.state;
  try {
    const specs = await Promise.all([wanted, running].map((accepted) => r.view.of(accepted, [])));
    const items = specs.flatMap((desired) => desired.items.map((item) => item.address));
    return new Set([...r.board.rows().map((row) => row.address), ...ledger.keys(), ...items]);
  } catch {
    return null;
  }
}

function keyOf(address: string): string {
  return address.slice(address.indexOf(':') + 1);
}

/** The same thing under another kind, and the nearest word. */
function likely(address: string, known: ReadonlySet<string>): readonly string[] {
  const near = nearest(address, known);
  const same = [...known].filter((each) => keyOf(each) === keyOf(address));
  return [...new Set([...same, ...(near === undefined ? [] : [near])])].slice(0, 3);
}
