/** What is shown of a program's output. */
const SHOWN_BYTES = 4_096;
/** Kept beyond that, so that a secret cut at the beginning of what is shown is still seen whole by redaction. */
const KEPT_BYTES = 4 * SHOWN_BYTES;

/** The end of a stream, in bounded memory. */
export class OutputTail {
  #chunks: Uint8Array[] = [];
  #length = 0;
  #cut = false;

  /** What comes next from the program, in any pieces. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length <= 2 * KEPT_BYTES) return;
    const kept = Buffer.concat(this.#chunks).subarray(-KEPT_BYTES);
    this.#chunks = [Buffer.from(kept)];
    this.#length = kept.length;
    this.#cut = true;
  }

  /** The last 4 KiB after `clean`, from the beginning of a line where something was left out. */
  text(clean: (text: string) => string): string {
    const all = clean(Buffer.concat(this.#chunks).toString('utf8')).trimEnd();
    const bytes = Buffer.from(all);
    if (bytes.length <= SHOWN_BYTES && !this.#cut) return all;
    const tail = bytes.subarray(-SHOWN_BYTES).toString('utf8');
    const line = tail.indexOf('\n');
    return `…${line === -1 ? tail.replace(/^\uFFFD+/, '') : tail.slice(line + 1)}`;
  }
}
