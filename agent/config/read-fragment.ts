import type { Place } from '../base/errors.ts';
import type { Fragment, KeyPath, SyntaxFault } from './fragment.ts';

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
