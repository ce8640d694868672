/** The patterns of variables of one build: how long they may take is bounded, for each and for all of them together. */
import { runInThisContext } from 'node:vm';
import type { ProcessorTime } from '../base/processor-time.ts';

/** Of one try of one value, by the wall clock; only the machine below can end a pattern, and this is what it looks at. */
const tryMs = 500;
/** Of the processor: of all values of one pattern, and of all patterns. */
const patternMs = 1_000;
const allMs = 4_000;
/** What any pattern takes of any value, and what is not counted: what remains grows with the site alone. */
const freeMs = 2;
/** What a try that was cut off costs at least: a process that hardly gets the processor comes to an end too. */
const cutOffMs = 100;

class Budget {
  leftMs: number;

  constructor(leftMs: number) {
    this.leftMs = leftMs;
  }

  get isSpent(): boolean {
    return this.leftMs <= 0;
  }
}

/** Why a pattern no longer says anything of any text. */
export type PatternGaveUp = 'itself' | 'all-together';

/** One pattern of one variable, compiled once; past its time it is asked nothing more. */
export class Pattern {
  /** As the declaration has it. */
  readonly written: string;
  readonly #source: string;
  readonly #all: Budget;
  readonly #own = new Budget(patternMs);
  readonly #time: ProcessorTime;
  readonly #known = new Map<string, boolean>();
  #gaveUp: PatternGaveUp | null = null;

  /** The whole of a text must match. @throws SyntaxError */
  constructor(written: string, all: Budget, time: ProcessorTime) {
    this.written = written;
    this.#source = new RegExp(`^(?:${written})$`, 'u').source;
    this.#all = all;
    this.#time = time;
  }

  /** Null: what it said of every text so far holds. */
  get gaveUp(): PatternGaveUp | null {
    return this.#gaveUp;
  }

  /** Where it has given up, every text is said to fit: who asks must look, and tell that. */
  fits(text: string): boolean {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    while (this.#gaveUp === null) {
      if (this.#own.isSpent) this.#gaveUp = 'itself';
      else if (this.#all.isSpent) this.#gaveUp = 'all-together';
      else {
        const fits = this.#try(text);
        if (fits === null) continue;
        this.#known.set(text, fits);
        return fits;
      }
    }
    return true;
  }

  /** Null: cut off. */
  #try(text: string): boolean | null {
    const program = `RegExp(${JSON.stringify(this.#source)}, 'u').test(${JSON.stringify(text)})`;
    const before = this.#time();
    try {
      const fits = runInThisContext(program, { timeout: tryMs }) as boolean;
      this.#charge(this.#time() - before - freeMs);
      return fits;
    } catch (error) {
      const isTimeout = (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      // What a pattern keeps in mind has an end too; another try would meet it again.
      if (!isTimeout && !(error instanceof RangeError) && !(error instanceof SyntaxError)) throw error;
      this.#charge(isTimeout ? Math.max(cutOffMs, this.#time() - before) : patternMs);
      return null;
    }
  }

  #charge(ms: number): void {
    const taken = Math.max(0, ms);
    this.#own.leftMs -= taken;
    this.#all.leftMs -= taken;
  }
}

/** Of one build. */
export class Patterns {
  readonly #known = new Map<string, Pattern | null>();
  readonly #all = new Budget(allMs);
  readonly #time: ProcessorTime;

  constructor(time: ProcessorTime) {
    this.#time = time;
  }

  /** Null: this is no regular expression. It must stand alone: what closes a group that it did not open would escape. */
  of(written: string): Pattern | null {
    let known = this.#known.get(written);
    if (known === undefined) this.#known.set(written, (known = this.#compile(written)));
    return known;
  }

  #compile(written: string): Pattern | null {
    try {
      RegExp(written, 'u');
      return new Pattern(written, this.#all, this.#time);
    } catch {
      return null;
    }
  }
}
