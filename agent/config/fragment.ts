/** The first of three forms: one file as it was written, with the places of its parts. */
import type { Place } from '../base/errors.ts';

/** What configuration is read with; a ReadFileSystem of hostfs is one. */
export interface ConfigFiles {
  list(path: string): Promise<readonly string[]>;
  lstat(
    path: string,
  ): Promise<{ readonly type: string; readonly mode: number; readonly size: number; readonly target?: string } | null>;
  read(path: string, limit?: number): Promise<Uint8Array>;
}

/** Names and positions on the way to a part: `['node', 'labels', 'role']`. */
export type KeyPath = readonly string[];

export interface Fragment {
  readonly file: string;
  /** JSON values only; null for a file without content. */
  readonly value: unknown;
  /** Of the key, or of what is nearest to it. */
  locate(path: KeyPath): Promise<Place>;
}

export interface SyntaxFault {
  readonly message: string;
  readonly place: Place;
}

export const LARGEST_FILE = 256 * 1024;

/** By its name YAML or JSON; JSON is read as YAML only to find places, so an agent configured in JSON never loads that. */
export async function readFragment(
  file: string,
  bytes: Uint8Array,
): Promise<Fragment | { readonly faults: readonly SyntaxFault[] }> {
  const text = decode(bytes);
  if (text === null) return { faults: [{ message: 'is not UTF-8 text', place: { file } }] };
  if (text.trim() === '') return { file, value: null, locate: async () => ({ file }) };
  if (!file.endsWith('.json')) return (await import('./yaml-fragment.ts')).readYamlFragment(file, text);
  try {
    const value: unknown = JSON.parse(text);
    const locate = async (path: KeyPath): Promise<Place> => {
      const read = (await import('./yaml-fragment.ts')).readYamlFragment(file, text);
      return 'faults' in read ? { file } : read.locate(path);
    };
    return { file, value, locate };
  } catch (error) {
    const at = /line (\d+) column (\d+)/.exec(error instanceof Error ? error.message : '');
    const place = at === null ? { file } : { file, line: Number(at[1]), column: Number(at[2]) };
    return { faults: [{ message: 'is not valid JSON', place }] };
  }
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
