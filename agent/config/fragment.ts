/** The first of three forms: one file as it was written, with the places of its parts. */
import type { Place } from '../base/errors.ts';

/** What configuration is read with; a ReadFileSystem of hostfs is one. */
export interface ConfigFiles {
  list(path: string): Promise<readonly string[]>;
  lstat(path: string): Promise<{
    readonly type: string;
    readonly mode: number;
    readonly uid: number;
    readonly size: number;
    readonly target?: string;
  } | null>;
  read(path: string, limit?: number): Promise<Uint8Array>;
}

/** Names and positions on the way to a part: `['node', 'labels', 'role']`. */
export type KeyPath = readonly string[];

/** What one file says, not yet judged. */
export interface Fragment {
  readonly file: string;
  /** JSON values only; null for a file without content. */
  readonly value: unknown;
  /** Of the key, or of what is nearest to it. */
  locate(path: KeyPath): Promise<Place>;
}

/** Where the file stops to be YAML or JSON. */
export interface SyntaxFault {
  readonly message: string;
  readonly place: Place;
}
