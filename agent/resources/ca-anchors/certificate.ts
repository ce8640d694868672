/** One certificate in PEM, in the one form in which it is written. */
import { X509Certificate } from 'node:crypto';

export interface Anchor {
  /** Without what stands around it, in lines of 64. */
  readonly pem: string;
  readonly isAuthority: boolean;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----/g;

/** Null where it is not exactly one certificate. Words around it, as openssl writes them, are let go. */
export function readAnchor(text: string): Anchor | null {
  const blocks = [...text.matchAll(BLOCK)].map(([, what]) => what);
  if (blocks.length !== 1 || blocks[0] !== 'CERTIFICATE') return null;
  try {
    const certificate = new X509Certificate(text.slice(text.indexOf('-----BEGIN')));
    return { pem: certificate.toString(), isAuthority: certificate.ca };
  } catch {
    return null;
  }
}
