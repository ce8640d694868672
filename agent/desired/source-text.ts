/** What a reader of a text format gives, and what all of them refuse. */
import type { SpecCode } from './errors.ts';

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

export type ReadText =
  | { readonly document: SourceDocument; readonly faults?: undefined }
  | { readonly document?: undefined; readonly faults: readonly TextFault[] };

/** Names that are no keys for a program: a lookup by them finds the language's own things. */
export function isForbiddenKey(key: string): boolean {
  return key === '' || key === '__proto__' || !key.isWellFormed();
}
