import type { Address } from '../resources/kind.ts';

/** Who works on which address: a generation and a repair never meet on one. */
export class Reservations {
  readonly #owners = new Map<Address, string>();
  #changed = Promise.withResolvers<void>();

  /** All or nothing. False when another owner has one of them. */
  take(addresses: Iterable<Address>, owner: string): boolean {
    const list = [...addresses];
    if (list.some((address) => (this.#owners.get(address) ?? owner) !== owner)) return false;
    for (const address of list) this.#owners.set(address, owner);
    return true;
  }

  /** Gives back all that this owner took, and wakes who waits in `released`. */
  release(owner: string): void {
    for (const [address, by] of this.#owners) if (by === owner) this.#owners.delete(address);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** Somebody works on it. */
  has(address: Address): boolean {
    return this.#owners.has(address);
  }

  /** Everything that somebody works on. */
  get addresses(): readonly Address[] {
    return [...this.#owners.keys()];
  }

  /** Resolves at the next release. */
  released(): Promise<void> {
    return this.#changed.promise;
  }
}
