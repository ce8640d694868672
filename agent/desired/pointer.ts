/** JSON pointers (RFC 6901): how a finding names a place inside a document. */

/** Escaped as section 3 says: `~` as `~0`, `/` as `~1`. */
export function pointerOf(parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${escapePart(String(part))}`).join('');
}

/** One part further, escaped. */
export function childPointer(pointer: string, part: string | number): string {
  return `${pointer}/${escapePart(String(part))}`;
}

/** The parts, unescaped; the empty pointer has none. */
export function partsOfPointer(pointer: string): string[] {
  return pointer === '' ? [] : pointer.slice(1).split('/').map(unescapePart);
}

function escapePart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescapePart(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
