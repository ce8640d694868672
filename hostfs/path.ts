/** Paths in the root: "/etc/x". What is accepted, and how they come apart. */
import { FsError } from './errors.ts';
import { isEncodable, nameLength } from './names.ts';

/** PATH_MAX and NAME_MAX of limits.h, less the terminating NUL. */
const maxPathBytes = 4095;
const maxNameBytes = 255;

/** "/a/b" → ["a", "b"]; "/" → []. Throws INVALID_PATH. */
export function partsOf(path: string): string[] {
  if (path === '/') return [];
  if (!path.startsWith('/')) throw invalid(path, 'is not absolute');
  if (path.includes('\0')) throw invalid(path, 'has a NUL byte');
  if (path.length * 3 > maxPathBytes && nameLength(path) > maxPathBytes)
    throw invalid(path, `is longer than ${maxPathBytes} bytes`);
  if (!isEncodable(path)) throw invalid(path, 'has a surrogate that stands for no byte');
  const parts = path.slice(1).split('/');
  for (const part of parts) {
    if (part === '') throw invalid(path, 'has an empty part');
    if (part === '.' || part === '..') throw invalid(path, `has a '${part}' part`);
    if (part.length * 3 > maxNameBytes && nameLength(part) > maxNameBytes)
      throw invalid(path, `has a name longer than ${maxNameBytes} bytes`);
  }
  return parts;
}

/** Nothing is resolved or checked: `name` is one clean part. */
export function joinPath(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** "/a/b" → "/a"; "/a" and "/" → "/". */
export function parentPath(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut <= 0 ? '/' : path.slice(0, cut);
}

/** The last part; empty for "/". */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Checks the name of a temporary beside `path`: one component, hidden, not the path's own. */
export function checkTemporaryName(path: string, name: string): void {
  if (!name.startsWith('.') || name === '.' || name === '..' || name.includes('/'))
    throw invalid(path, `cannot have the temporary '${name}': not a dot-name`);
  if (name === baseName(path)) throw invalid(path, 'cannot be its own temporary');
  partsOf(`/${name}`);
}

function invalid(path: string, what: string): FsError {
  return new FsError('INVALID_PATH', path, `The path ${JSON.stringify(path)} ${what}.`);
}
