/**
 * File names as strings without loss. Linux names are bytes; node decodes what is no UTF-8 to U+FFFD, and the
 * file can then be neither seen nor removed: a place to hide. Such bytes become lone surrogates U+DC80…U+DCFF
 * here (PEP 383, "surrogateescape") and turn back into bytes on the way to the kernel.
 */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Total, and undone by `encodeName`. */
export function decodeName(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return escapeInvalid(bytes);
  }
}

/** The form to hand to node: the string itself where it is well formed, else bytes. */
export function encodeName(name: string): string | Buffer {
  if (name.isWellFormed()) return name;
  const parts: Buffer[] = [];
  for (const char of name) {
    const code = char.charCodeAt(0);
    parts.push(char.length === 1 && code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(char));
  }
  return Buffer.concat(parts);
}

/** Bytes that the name takes on disk. */
export function nameLength(name: string): number {
  return name.isWellFormed() ? Buffer.byteLength(name) : encodeName(name).length;
}

/** True where the string has only such surrogates as `decodeName` makes. */
export function isEncodable(name: string): boolean {
  if (name.isWellFormed()) return true;
  for (const char of name) {
    const code = char.charCodeAt(0);
    if (char.length === 1 && code >= 0xd800 && code <= 0xdfff && !(code >= 0xdc80 && code <= 0xdcff)) return false;
  }
  return true;
}

function escapeInvalid(bytes: Uint8Array): string {
  let name = '';
  let at = 0;
  while (at < bytes.length) {
    const width = sequenceAt(bytes, at);
    if (width === 0) name += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    else name += decoder.decode(bytes.subarray(at, at + width));
    at += Math.max(width, 1);
  }
  return name;
}

/** Length of the valid UTF-8 sequence that starts here, 0 if none does. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const width = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (width === 0 || at + width > bytes.length) return 0;
  try {
    decoder.decode(bytes.subarray(at, at + width));
    return width;
  } catch {
    return 0;
  }
}
