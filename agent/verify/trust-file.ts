/**
 * One file of trust.d: whose key it is, and for which series it counts.
 *
 *     name: ops-1
 *     publicKey: |
 *       -----BEGIN PUBLIC KEY-----
 *       …
 *     series: [lb, "gpu-*"]
 *     notAfter: 2027-01-01T00:00:00Z   # optional
 */
import type { KeyObject } from 'node:crypto';
import { KeelsonError, type Reason } from '../base/errors.ts';
import { parseDocument } from '../desired/document.ts';
import type { SourceDocument } from '../desired/source-text.ts';
import { nearest, quoted } from '../base/words.ts';
import { verifyError, type VerifyCode } from './errors.ts';
import { keyIdOf, parsePublicKey } from './keys.ts';
import { SERIES_PATTERN } from './series-pattern.ts';

export interface TrustedKey {
  readonly name: string;
  readonly keyid: string;
  readonly key: KeyObject;
  /** Patterns: `lb`, `gpu-*`, `*`. */
  readonly series: readonly string[];
  /** Milliseconds epoch; the key counts no longer then. */
  readonly notAfter?: number;
  readonly file: string;
}

export type TrustFile =
  | { readonly key: TrustedKey; readonly findings?: undefined }
  | { readonly key?: undefined; readonly findings: readonly Reason[] };

const members = ['name', 'publicKey', 'series', 'notAfter'] as const;
type Member = (typeof members)[number];

/** Everything that is wrong with it at once; a file with a fault gives no key. */
export function readTrustFile(bytes: Uint8Array, file: string): TrustFile {
  const parsed = parseDocument(bytes, { file });
  if (parsed.findings !== undefined) return { findings: parsed.findings };
  const reader = new TrustFileReader(parsed.document, file);
  const key = reader.read();
  return key === null ? { findings: reader.findings } : { key };
}

class TrustFileReader {
  readonly findings: Reason[] = [];
  readonly #document: SourceDocument;
  readonly #file: string;

  constructor(document: SourceDocument, file: string) {
    this.#document = document;
    this.#file = file;
  }

  read(): TrustedKey | null {
    const { value } = this.#document;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#find('KSN-VERIFY-030', 'expected a map with name, publicKey and series', '');
      return null;
    }
    const raw: Readonly<Partial<Record<Member, unknown>>> = value;
    for (const key of Object.keys(raw)) if (!(members as readonly string[]).includes(key)) this.#refuseKey(key);
    const name = this.#name(raw.name);
    const key = this.#key(raw.publicKey);
    const series = this.#series(raw.series);
    const notAfter = raw.notAfter === undefined ? undefined : this.#time(raw.notAfter);
    if (this.findings.length > 0 || key === null) return null;
    return { name, keyid: keyIdOf(key), key, series, file: this.#file, ...(notAfter !== undefined && { notAfter }) };
  }

  #name(value: unknown): string {
    if (value === undefined) return this.#file.slice(this.#file.lastIndexOf('/') + 1).replace(/\.[a-z]+$/, '');
    if (typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9@._-]{0,63}$/.test(value)) return value;
    this.#find('KSN-VERIFY-030', "expected a name: letters, digits, '@', '.', '_' and '-', at most 64", '/name');
    return '';
  }

  #key(value: unknown): KeyObject | null {
    if (typeof value !== 'string') {
      this.#find(
        'KSN-VERIFY-030',
        value === undefined ? "'publicKey' is missing" : 'expected a public key in PEM',
        value === undefined ? '' : '/publicKey',
      );
      return null;
    }
    try {
      return parsePublicKey(value);
    } catch (error) {
      if (!(error instanceof KeelsonError)) throw error;
      this.#find(error.code as VerifyCode, error.message, '/publicKey');
      return null;
    }
  }

  #series(value: unknown): readonly string[] {
    if (!Array.isArray(value) || value.length === 0) {
      this.#find(
        'KSN-VERIFY-030',
        value === undefined ? "'series' is missing" : "expected a list of series patterns: [lb, 'gpu-*']",
        value === undefined ? '' : '/series',
      );
      return [];
    }
    return value.flatMap((pattern: unknown, index) => {
      if (typeof pattern === 'string' && SERIES_PATTERN.test(pattern)) return [pattern];
      this.#find(
        'KSN-VERIFY-030',
        "expected a series pattern: small letters, digits, '-', '.', '*' and '?'",
        `/series/${index}`,
      );
      return [];
    });
  }

  #time(value: unknown): number | undefined {
    const time =
      typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(value)
        ? Date.parse(value)
        : Number.NaN;
    if (!Number.isNaN(time)) return time;
    this.#find('KSN-VERIFY-030', "expected a time as RFC 3339 writes it: '2027-01-01T00:00:00Z'", '/notAfter');
    return undefined;
  }

  #refuseKey(key: string): void {
    const guess = nearest(key, members);
    const meant = guess === undefined ? '' : `; did you mean ${quoted(guess)}?`;
    this.#find('KSN-VERIFY-030', `${quoted(key)} is not known here${meant}`, `/${key}`);
  }

  #find(code: VerifyCode, message: string, pointer: string): void {
    const place = { file: this.#file, ...this.#document.locate(pointer), pointer };
    this.findings.push(verifyError(code, message, { element: this.#file, place }).toReason());
  }
}
