/** data: URLs (RFC 2397) as Ignition's library reads them: `data:[<type>][;parameters][;base64],<data>`. */

/** Null: it is none. */
export function readDataUrl(url: string): Uint8Array | null {
  const comma = url.indexOf(',');
  if (!/^data:/iu.test(url) || comma === -1) return null;
  const encoded = url.slice(comma + 1);
  return /;base64$/iu.test(url.slice(0, comma)) ? fromBase64(encoded) : fromPercent(encoded);
}

function fromBase64(encoded: string): Uint8Array | null {
  const plain = encoded.includes('%') ? fromPercent(encoded) : null;
  const text = plain === null ? encoded : Buffer.from(plain).toString('latin1');
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/u, '') === text.replace(/=+$/u, '') && text.length % 4 === 0
    ? bytes
    : null;
}

function fromPercent(encoded: string): Uint8Array | null {
  if (/%(?![0-9a-fA-F]{2})/u.test(encoded)) return null;
  const bytes = Buffer.alloc(Buffer.byteLength(encoded));
  let length = 0;
  for (const part of encoded.split(/(%[0-9a-fA-F]{2})/u))
    if (part.startsWith('%')) bytes[length++] = Number.parseInt(part.slice(1), 16);
    else length += bytes.write(part, length);
  return bytes.subarray(0, length);
}
