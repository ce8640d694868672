/**
 * The directories whose latest entries are not yet durable. A rename is seen by everyone at once, but survives a
 * power cut only after an fsync of its directory (fsync(2), "Calling fsync() does not necessarily ensure that the
 * entry in the directory containing the file has also reached disk"). One sync pays for all changes before it.
 */
import type { Lease } from './directories.ts';
import { FsError } from './errors.ts';
import { toFsError } from './node-error.ts';
import type { Primitives } from './primitives.ts';

/** Each owing directory holds a descriptor: beyond this they are paid at once. */
const maxOwing = 256;

interface Debt {
  readonly lease: Lease;
  /** Moves with every change, so that a change made during a sync is still owed after it. */
  changes: number;
}

export class OwedSyncs implements Disposable {
  readonly #primitives: Primitives;
  readonly #debts = new Map<string, Debt>();

  constructor(primitives: Primitives) {
    this.#primitives = primitives;
  }

  /**
   * Call right before the change, in the same turn: what fails here then fails before anything changed, and a sync
   * that runs already does not count for it. The lease is shared, not taken.
   */
  owe(directory: Lease): void {
    const key = directory.identity();
    const debt = this.#debts.get(key);
    if (debt === undefined) this.#debts.set(key, { lease: directory.share(), changes: 1 });
    else debt.changes += 1;
  }

  /** Pays the oldest debts where there are too many. Call before the change. */
  async makeRoom(): Promise<void> {
    if (this.#debts.size >= maxOwing) await this.pay();
  }

  /**
   * Syncs each owing directory once, all at the same time. What fails still owes; the first failure is thrown,
   * with all of them in its cause.
   */
  async pay(): Promise<void> {
    await this.#pay([...this.#debts]);
  }

  /** The same for one directory. */
  async payFor(directory: Lease): Promise<void> {
    const key = directory.identity();
    const debt = this.#debts.get(key);
    if (debt !== undefined) await this.#pay([[key, debt]]);
  }

  [Symbol.dispose](): void {
    for (const debt of this.#debts.values()) debt.lease[Symbol.dispose]();
    this.#debts.clear();
  }

  async #pay(debts: readonly (readonly [string, Debt])[]): Promise<void> {
    const failures: unknown[] = [];
    await Promise.all(
      debts.map(async ([key, debt]) => {
        const paid = debt.changes;
        // Of its own: who pays at the same time may be done before, and give the debt's back.
        using lease = debt.lease.share();
        try {
          await this.#primitives.sync(lease.handle);
        } catch (error) {
          failures.push(toFsError(error, lease.path, 'make durable the entries of'));
          return;
        }
        if (debt.changes !== paid || this.#debts.get(key) !== debt) return;
        this.#debts.delete(key);
        debt.lease[Symbol.dispose]();
      }),
    );
    const [first] = failures;
    if (first === undefined) return;
    if (failures.length === 1 || !(first instanceof FsError)) throw first;
    throw new FsError(
      first.code,
      first.path,
      `${first.message} (and ${failures.length - 1} more directories)`,
      new AggregateError(failures),
    );
  }
}
