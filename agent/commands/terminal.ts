/** Where a command prints and asks. */
import { once } from 'node:events';
import { addAbortSignal } from 'node:stream';
import { paletteFor, type Palette } from './text/palette.ts';
import { cliError } from './errors.ts';
import { GIVEN_LIMIT } from './read-given.ts';

export interface Terminal {
  /** Somebody sits there: questions may be asked, lines may be cut to the width. */
  readonly interactive: boolean;
  readonly palette: Palette;
  /** Columns; absent where output goes to a file or a pipe. */
  readonly width: number | undefined;
  print(lines: string | readonly string[]): void;
  /** On stderr: not part of what a pipe reads. */
  warn(lines: string | readonly string[]): void;
  /** The answer without its line feed; empty at end of input. */
  ask(question: string, signal: AbortSignal): Promise<string>;
  /** Standard input to its end. @throws the reason of the signal. */
  readInput(signal: AbortSignal): Promise<Uint8Array>;
}

export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

function write(stream: NodeJS.WriteStream, lines: string | readonly string[]): void {
  for (const line of typeof lines === 'string' ? [lines] : lines) stream.write(`${line}\n`);
}

/** Takes each of the streams when it is first needed: Node makes them then, and the daemon needs none. */
export function terminalOf(streams: Streams, colorWanted: boolean): Terminal {
  return {
    get interactive() {
      return streams.stdin.isTTY && streams.stdout.isTTY;
    },
    get palette() {
      return paletteFor(colorWanted && streams.stdout.isTTY);
    },
    get width() {
      return streams.stdout.isTTY ? streams.stdout.columns : undefined;
    },
    print: (lines) => write(streams.stdout, lines),
    warn: (lines) => write(streams.stderr, lines),
    async ask(question, signal) {
      const { stdin, stdout } = streams;
      stdout.write(question);
      try {
        const [chunk] = (await Promise.race([once(stdin, 'data', { signal }), once(stdin, 'end', { signal })])) as [
          Buffer?,
        ];
        return (chunk?.toString('utf8') ?? '').trim();
      } finally {
        stdin.pause();
      }
    },
    async readInput(signal) {
      const chunks: Buffer[] = [];
      let size = 0;
      try {
        for await (const chunk of addAbortSignal(signal, streams.stdin) as AsyncIterable<Buffer>) {
          size += chunk.length;
          if (size > GIVEN_LIMIT)
            throw cliError('KSN-CLI-002', `cannot read standard input: it is larger than ${GIVEN_LIMIT} bytes`);
          chunks.push(chunk);
        }
      } catch (error) {
        // Cut by the signal it says only that it was aborted.
        signal.throwIfAborted();
        throw error;
      }
      return Buffer.concat(chunks);
    },
  };
}
