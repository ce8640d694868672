/** What is shown of a program's output, unless told otherwise. */
const SHOWN_BYTES = 4_096;
/** Kept beyond that, so that a secret cut at the beginning of what is shown is still seen whole by redaction. */
const KEPT_BEYOND = 3 * SHOWN_BYTES;

/** The end of a stream, in bounded memory. */
export class OutputTail {
  #chunks: Uint8Array[] = [];
  #length = 0;
  #cut = false;
  readonly #shown: number;
  readonly #kept: number;

  /** `shown`: bytes. */
  constructor(shown = SHOWN_BYTES) {
    this.#shown = shown;
    this.#kept = shown + KEPT_BEYOND;
  }

  /** What comes next from the program, in any pieces. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length <= 2 * this.#kept) return;
    const kept = Buffer.concat(this.#chunks).subarray(-this.#kept);
    this.#chunks = [Buffer.from(kept)];
    this.#length = kept.length;
    this.#cut = true;
  }

  /** The last of it, as much as is shown, after `clean`, from the beginning of a line where something was left out. */
  text(clean: (text: string) => string): string {
    const all = clean(Buffer.concat(this.#chunks).toString('utf8')).trimEnd();
    const bytes = Buffer.from(all);
    if (bytes.length <= this.#shown && !this.#cut) return all;
    const tail = bytes.subarray(-this.#shown).toString('utf8');
    const line = tail.indexOf('\n');
    return `…${line === -1 ? tail.replace(/^\uFFFD+/, '') : tail.slice(line + 1)}`;
  }
}
