/** One at a time for each key, in the order of asking. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Settles as `work` does; what fails does not hold up who comes next. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, promise);
    try {
      await before;
      return await work();
    } finally {
      resolve();
      if (this.#last.get(key) === promise) this.#last.delete(key);
    }
  }
}
