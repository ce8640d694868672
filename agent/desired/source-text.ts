/** What a reader of a text format gives, and what all of them refuse. */
import type { SpecCode } from './errors.ts';
import { partsOfPointer } from './pointer.ts';

export interface SourceDocument {
  /** JSON values only. */
  readonly value: unknown;
  /** Where the part at a pointer stands: its key in a map, itself in a list; else the nearest part above it. */
  locate(pointer: string): { readonly line: number; readonly column: number };
}

/** A fault of the text, by offset; the reader of the format turns it into a place. */
export interface TextFault {
  readonly code: SpecCode;
  readonly message: string;
  /** Where the text says more than the code does. */
  readonly remedy?: string;
  readonly line: number;
  readonly column: number;
  readonly pointer?: string;
}

/**
 * `legible`: with its faults the text can still be read, as what it most likely means: for telling what else is wrong,
 * never for acting on it.
 */
export type ReadText =
  | { readonly document: SourceDocument; readonly faults?: undefined }
  | { readonly document?: undefined; readonly faults: readonly TextFault[]; readonly legible?: SourceDocument };

const harmless: ReadonlySet<SpecCode> = new Set(['KSN-SPEC-006', 'KSN-SPEC-007', 'KSN-SPEC-008']);

/** Whether what stands there is read all the same: keys that come twice, anchors and tags lose nothing else. */
export function isLegible(faults: readonly Pick<TextFault, 'code'>[]): boolean {
  return faults.every(({ code }) => harmless.has(code));
}

type JsonMap = Record<string, unknown>;

/**
 * A key that comes again: the first value holds. Of a section, what only the second has comes to it: it is referred to
 * from elsewhere, and has faults of its own.
 */
export function joinRepeated(first: unknown, second: unknown, pointer: string): void {
  if (!isMap(first) || !isMap(second) || partsOfPointer(pointer).length > sectionDepth) return;
  for (const [key, value] of Object.entries(second)) if (!Object.hasOwn(first, key)) first[key] = value;
}

/** `/spec/files`, `/vars`: deeper lies one thing each, and parts of two make none. */
const sectionDepth = 2;

function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names that are no keys for a program: a lookup by them finds the language's own things. */
export function isForbiddenKey(key: string): boolean {
  return key === '' || key === '__proto__' || !key.isWellFormed();
}
