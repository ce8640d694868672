/**
 * Parts → one .tar.gz with a manifest. Whatever a part says is made printable and redacted here once more, value by
 * value, so that no part can forget it.
 */
import { createTar } from 'nanotar';
import { gzipSync } from 'node:zlib';
import type { Instant } from '../../base/clock.ts';
import { bug } from '../../base/errors.ts';
import { printableText } from '../../base/printable-text.ts';
import { isSecretName, REDACTED, redactText } from '../../base/redact-text.ts';
import { formatSize } from '../../base/units.ts';
import { oneLine } from '../../base/one-line.ts';

/** One file of the archive, or why it is not there. Text is written as it is, everything else as JSON. */
export type Part = { readonly name: string; readonly what: string } & (
  | { readonly value: unknown }
  | { readonly why: string }
);

export interface Manifest {
  readonly format: 1;
  readonly madeAt: Instant;
  readonly files: readonly {
    readonly name: string;
    readonly what: string;
    readonly bytes: number;
    /** Values, or places in a text, that were hidden. */
    readonly redacted: number;
    /** Bytes that were left out at the beginning. */
    readonly cut?: number;
  }[];
  readonly missing: readonly { readonly name: string; readonly what: string; readonly why: string }[];
}

export interface PackOptions {
  readonly madeAt: Instant;
  /** Of the archive; 8 MiB unless told otherwise. */
  readonly most?: number;
}

/** In which the files lie once it is unpacked. */
const FOLDER = 'keelson-diagnostics';

/** nanotar cuts what is longer without a word, so that two could become one. */
const LONGEST_NAME = 100;

/** The name in the archive. Names of parts are the program's: one that does not fit is its bug, and told as that. */
function memberName(part: string): string {
  const name = `${FOLDER}/${part}`;
  if (Buffer.byteLength(name) > LONGEST_NAME) throw bug(`${name} is longer than a name in the archive may be`);
  return name;
}

/** The largest go first where all together would be more than `most`. */
export function packed(
  parts: readonly Part[],
  { madeAt, most = 8 * 1024 * 1024 }: PackOptions,
): { readonly bytes: Uint8Array; readonly manifest: Manifest } {
  const made = parts.map((part) => fileOf(part));
  for (;;) {
    const manifest = manifestOf(made, madeAt);
    const files = made.flatMap(({ part, text }) => (text === null ? [] : [{ name: part.name, text }]));
    const tar = createTar(
      [{ name: 'MANIFEST.json', text: `${JSON.stringify(manifest, null, 2)}\n` }, ...files].map(({ name, text }) => ({
        name: memberName(name),
        data: Buffer.from(text),
      })),
      { attrs: { mode: '600', uid: 0, gid: 0, mtime: madeAt } },
    );
    const bytes = gzipSync(tar);
    const [largest] = made
      .filter(({ text }) => text !== null)
      .toSorted((a, b) => (b.text?.length ?? 0) - (a.text?.length ?? 0));
    if (bytes.length <= most || largest === undefined) return { bytes, manifest };
    largest.why = `left out: with it the archive would be larger than ${formatSize(most)}`;
    largest.text = null;
  }
}

interface Made {
  readonly part: Part;
  text: string | null;
  why: string;
  redacted: number;
  cut: number;
}

/** Of a text that is too long the end stays; JSON that is too long would be none. */
const LONGEST_TEXT = 2 * 1024 * 1024;

function fileOf(part: Part): Made {
  const made: Made = { part, text: null, why: '', redacted: 0, cut: 0 };
  if ('why' in part) return { ...made, why: oneLine(redactText(part.why)) };
  const safe = (text: string): string => {
    const clean = printableText(text);
    const hidden = redactText(clean);
    made.redacted += count(hidden) - count(clean);
    return hidden;
  };
  if (typeof part.value === 'string') {
    const whole = Buffer.from(safe(part.value));
    const from = Math.max(0, whole.length - LONGEST_TEXT);
    const start = from === 0 ? 0 : whole.indexOf('\n', from) + 1;
    return { ...made, text: whole.subarray(start).toString('utf8'), redacted: made.redacted, cut: start };
  }
  const text = JSON.stringify(
    part.value,
    (key, value: unknown) => {
      if (typeof value === 'string' && value !== '' && isSecretName(key)) {
        made.redacted += 1;
        return REDACTED;
      }
      return typeof value === 'string' ? safe(value) : value;
    },
    2,
  );
  if (text.length > LONGEST_TEXT) return { ...made, why: `left out: ${formatSize(text.length)} are too much` };
  return { ...made, text: `${text}\n` };
}

function count(text: string): number {
  return text.split(REDACTED).length - 1;
}

function manifestOf(made: readonly Made[], madeAt: Instant): Manifest {
  return {
    format: 1,
    madeAt,
    files: made.flatMap(({ part: { name, what }, text, redacted, cut }) =>
      text === null ? [] : [{ name, what, bytes: Buffer.byteLength(text), redacted, ...(cut > 0 && { cut }) }],
    ),
    missing: made.flatMap(({ part: { name, what }, text, why }) => (text === null ? [{ name, what, why }] : [])),
  };
}
