/** A set of paths that one reader takes from as they come: what is added twice before it is taken comes once. */
export class Wakeups implements AsyncIterableIterator<string> {
  readonly #paths = new Set<string>();
  readonly #onReturn: () => void;
  #waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #delivery: NodeJS.Immediate | undefined;
  #ended = false;

  /** `onReturn` is called when the reader leaves its loop. */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  /** Delivered in the next turn of the event loop; nothing after the end. */
  add(path: string): void {
    if (this.#ended) return;
    this.#paths.add(path);
    // In the next turn: a burst of events is then one.
    this.#delivery ??= setImmediate(() => {
      this.#delivery = undefined;
      this.#wake();
    });
  }

  /** What was not yet taken is dropped. */
  end(): void {
    this.#ended = true;
    this.#paths.clear();
    clearImmediate(this.#delivery);
    this.#wake();
  }

  /** Waits for a path; done once the end has come, whatever was left. */
  async next(): Promise<IteratorResult<string, undefined>> {
    for (;;) {
      if (this.#ended) return { done: true, value: undefined };
      if (this.#delivery === undefined) {
        const [path] = this.#paths;
        if (path !== undefined) {
          this.#paths.delete(path);
          return { done: false, value: path };
        }
      }
      this.#waiting ??= Promise.withResolvers<void>();
      await this.#waiting.promise;
    }
  }

  /** Tells the owner that the reader has had enough. */
  async return(): Promise<IteratorResult<string, undefined>> {
    this.#onReturn();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }
}
