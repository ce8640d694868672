/** Work that is asked for more often than it is to be done: at once the first time, then at most once in `ms`. */
export class Paced {
  readonly #ms: number;
  readonly #work: () => Promise<void>;
  #isBusy = false;
  #isAsked = false;

  constructor(ms: number, work: () => Promise<void>) {
    this.#ms = ms;
    this.#work = work;
  }

  /** What is asked for while it runs is done once more after it. `work` must not reject. */
  ask(): void {
    this.#isAsked = true;
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#isAsked) {
      this.#isAsked = false;
      await this.#work();
      await new Promise((resolve) => setTimeout(resolve, this.#ms));
    }
    this.#isBusy = false;
  }
}
