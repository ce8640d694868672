/** The condition of every address, as last seen; the status is drawn from it. */
import type { Instant } from '../base/clock.ts';
import type { Reason } from '../base/errors.ts';
import { quoted } from '../base/words.ts';
import { planError } from '../plan/errors.ts';
import type { Survey } from '../plan/survey.ts';
import type { TxId } from '../apply/records.ts';
import type { Withheld } from '../plan/withhold.ts';
import type { Ages } from '../report/standing.ts';
import type { ResourceCondition, ResourceStatus } from '../report/status.ts';
import type { Address, Draft, Note, Wait, WaitUntil } from '../resources/kind.ts';

/** What a look, or a change, says of one address. */
export interface Finding {
  readonly condition: ResourceCondition;
  readonly reason?: Reason;
  readonly detail?: string;
  readonly until?: WaitUntil;
}

const LASTING: ReadonlySet<ResourceCondition> = new Set(['waiting', 'failed', 'contended']);

/** False: only to be written down, nothing on the host would change. */
function differs({ from, to }: Draft<unknown>): boolean {
  return JSON.stringify(from) !== JSON.stringify(to);
}

function orphanOf(address: Address): Reason {
  const kind = address.slice(0, address.indexOf(':'));
  const message = `${address}: this release has no kind of the prefix ${quoted(kind)}`;
  return planError('KSN-PLAN-003', message, { element: address }).toReason();
}

/** As looks and changes find it; nothing of it is on disk. */
export class Board {
  readonly #ages: Ages;
  readonly #rows = new Map<Address, ResourceStatus>();
  /** Arrived, but for an effect that is still owed: no look sees that. */
  readonly #owed = new Map<Address, { readonly tx: TxId; readonly reason: Reason }>();
  #remarks = new Map<string, Reason>();
  readonly #toldNotes = new Set<string>();

  /** `ages`: what an earlier agent said, until it is found again. */
  constructor(ages: Ages) {
    this.#ages = ages;
  }

  /** The age stays while the condition does. */
  set(address: Address, finding: Finding, at: Instant): void {
    const before = this.#rows.get(address);
    const since =
      before?.condition === finding.condition ? before.since : (this.#ages.ofRow(address, finding.condition) ?? at);
    this.#rows.set(address, { address, since, ...finding });
  }

  /** It has arrived, and counts as failed until `paid`, whatever a look sees. */
  owe(tx: TxId, address: Address, reason: Reason, at: Instant): void {
    this.#owed.set(address, { tx, reason });
    this.set(address, { condition: 'failed', reason }, at);
  }

  /** Everything that this transaction owed. */
  paid(tx: TxId): void {
    for (const [address, owed] of this.#owed) {
      if (owed.tx !== tx) continue;
      this.#owed.delete(address);
      const row = this.#rows.get(address);
      if (row?.condition === 'failed') this.set(address, { condition: 'ok' }, row.since);
    }
  }

  /** Nobody manages it any more. */
  delete(address: Address): void {
    this.#rows.delete(address);
  }

  get(address: Address): ResourceStatus | undefined {
    return this.#rows.get(address);
  }

  rows(): readonly ResourceStatus[] {
    return [...this.#rows.values()];
  }

  /** False when it says just that already. */
  remark(key: string, reason: Reason): boolean {
    if (this.#remarks.get(key)?.message === reason.message) return false;
    this.#remarks.set(key, reason);
    if (this.#remarks.size > 20) this.#remarks = new Map([...this.#remarks].slice(-20));
    return true;
  }

  /** Notes that were not told before; those no longer seen in a complete look may be told again. */
  untold(notes: readonly Note[], complete: boolean): readonly Note[] {
    if (complete) {
      const seen = new Set(notes.map((note) => noteKey(note)));
      for (const key of this.#toldNotes) if (!seen.has(key)) this.#toldNotes.delete(key);
    }
    const fresh = notes.filter((note) => note.disown !== true && !this.#toldNotes.has(noteKey(note)));
    for (const note of fresh) this.#toldNotes.add(noteKey(note));
    return fresh;
  }

  /** False where there was no such remark. */
  unremark(key: string): boolean {
    return this.#remarks.delete(key);
  }

  /** The remark under this key, as it stands. */
  remarkOf(key: string): Reason | undefined {
    return this.#remarks.get(key);
  }

  /** What is wrong with the node and no single address; the latest 20. */
  remarks(): readonly Reason[] {
    return [...this.#remarks.values()];
  }

  /**
   * Takes over what a look found. `complete`: the look saw everything, so what it does not name is gone.
   * What waits, failed or is contended is called so, with its age, until it has been tried again.
   */
  show(look: Survey, withheld: Withheld, at: Instant, complete: boolean): void {
    const found = new Map<Address, Finding>();
    for (const [address, target] of look.targets) {
      // Folders that only carry other resources are nobody's wish; they show when something is wrong with them.
      if (target.item?.implied === true) continue;
      found.set(address, { condition: 'ok' });
    }
    for (const note of look.notes) {
      if (note.disown === true) found.delete(note.address);
      else found.set(note.address, { condition: this.#noteCondition(look, note), reason: note.reason });
    }
    for (const row of look.orphaned) found.set(row.address, { condition: 'orphaned', reason: orphanOf(row.address) });
    for (const draft of withheld.free) found.set(draft.address, { condition: 'changing', detail: draft.summary });
    for (const draft of withheld.held) found.set(draft.address, { condition: 'held', detail: draft.summary });
    for (const draft of [...withheld.observed, ...withheld.kept])
      found.set(draft.address, { condition: differs(draft) ? 'differs' : 'ok', detail: draft.summary });
    for (const wait of [...look.waits, ...withheld.waits])
      found.set(
        wait.address,
        isUnseen(look, wait.address) ? { condition: 'unknown', reason: wait.reason } : waitingFor(wait),
      );
    for (const [address, { reason }] of this.#owed) {
      if (found.get(address)?.condition === 'ok') found.set(address, { condition: 'failed', reason });
    }
    for (const [address, finding] of found) {
      // "placed" is what a probe said of something that nothing here can judge; a look at its bytes does not change that.
      const before = this.#rows.get(address)?.condition;
      // Contention is ended by quiet alone, not by being as desired for a while.
      if (finding.condition === 'ok' && (before === 'placed' || before === 'contended')) continue;
      if (finding.condition === 'changing' && before !== undefined && LASTING.has(before)) continue;
      this.set(address, finding, at);
    }
    if (complete) this.#ages.keepOnly(found);
    // Looked at, with nothing to say of it any more.
    for (const address of complete ? this.#rows.keys() : look.targets.keys())
      if (!found.has(address)) this.#rows.delete(address);
  }

  #noteCondition(look: Survey, { address, foreign }: Note): ResourceCondition {
    const target = look.targets.get(address);
    return foreign === true || (target?.item === null && target.owned === null) ? 'foreign' : 'differs';
  }
}

/** What a wait says of its address. */
export function waitingFor({ reason, until }: Wait): Finding {
  return { condition: 'waiting', reason, until };
}

function isUnseen(look: Survey, address: Address): boolean {
  const seen = look.seen.get(address);
  return seen !== undefined && 'unknown' in seen;
}

function noteKey({ address, reason }: Note): string {
  return `${address} ${reason.code}`;
}
