/**
 * Whoever appends, one after the other: what comes while a group is carried goes together in the next one, and some
 * acts take their turn alone. Promises settle in the order of their calls, each group at once.
 */
export interface Queued<E> {
  readonly entry: E;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

type Turn<E> = { readonly group: Queued<E>[] } | { readonly alone: () => Promise<void> };

export class AppendQueue<E> {
  /** Settles every one of the group, and never throws. */
  readonly #carry: (group: readonly Queued<E>[]) => Promise<void>;
  readonly #turns: Turn<E>[] = [];
  #pumping: Promise<void> | null = null;
  #unsettled = 0;

  constructor(carry: (group: readonly Queued<E>[]) => Promise<void>) {
    this.#carry = carry;
  }

  /** Calls whose promise is pending. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Into the group that is waiting, or a new one. Rejects with what the carrier says of this entry. */
  add(entry: E): Promise<void> {
    const last = this.#turns.at(-1);
    const turn = last !== undefined && 'group' in last ? last : { group: [] };
    if (turn !== last) this.#turns.push(turn);
    const { promise, resolve, reject } = this.#pending();
    turn.group.push({ entry, resolve, reject });
    return promise;
  }

  /** Runs `act` when every call before it has settled, and none after it meanwhile. Rejects as `act` does. */
  alone(act: () => Promise<void>): Promise<void> {
    const { promise, resolve, reject } = this.#pending();
    this.#turns.push({ alone: () => act().then(resolve, reject) });
    return promise;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#pumping;
  }

  #pending(): PromiseWithResolvers<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#unsettled += 1;
    this.#pumping ??= this.#pump();
    const settled = (): void => {
      this.#unsettled -= 1;
    };
    return {
      promise,
      resolve: () => {
        settled();
        resolve();
      },
      reject: (error: unknown) => {
        settled();
        reject(error);
      },
    };
  }

  async #pump(): Promise<void> {
    // What is appended in the same turn of the loop goes out together.
    await Promise.resolve();
    for (let turn = this.#turns.shift(); turn !== undefined; turn = this.#turns.shift()) {
      await ('group' in turn ? this.#carry(turn.group) : turn.alone());
    }
    this.#pumping = null;
  }
}
