/** What a resource of a config holds, unpacked and verified, as far as it is here. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Reason } from '../base/errors.ts';
import type { Resource } from './config.ts';
import { readDataUrl } from './data-url.ts';
import { ignitionError, type IgnitionCode } from './errors.ts';
import { IGNITION_LIMITS } from './limits.ts';

export interface ContentHash {
  readonly algorithm: 'sha256' | 'sha512';
  /** Lower case. */
  readonly hex: string;
}

/** `elsewhere`: not here; its hash, where the config gives one, can still be held against a host. */
export type Contents =
  | { readonly bytes: Uint8Array }
  | { readonly elsewhere: Reason; readonly hash: ContentHash | null }
  | { readonly broken: Reason };

/** Of one audit: how much may still be unpacked. */
export interface Allowance {
  bytes: number;
}

/** `found`: bytes of a source that is no data: URL, where they are at hand. */
export function contentsOf(resource: Resource, element: string, allowance: Allowance, found?: Uint8Array): Contents {
  const { source = '', compression = '', verification } = resource;
  const reason = (code: IgnitionCode, words: string): Reason =>
    ignitionError(code, `${element}: ${words}`, { element }).toReason();
  const hash = hashOf(verification?.hash);
  const isData = /^data:/iu.test(source);
  if (source !== '' && !isData && found === undefined) {
    const scheme = /^[a-z0-9]+:/iu.exec(source)?.[0] ?? 'another';
    return { elsewhere: reason('KSN-IGN-010', `its source is a ${scheme} URL, which is not local`), hash };
  }
  const packed = source === '' ? new Uint8Array() : (found ?? readDataUrl(source));
  if (packed === null) return { broken: reason('KSN-IGN-008', 'its data: URL cannot be decoded') };
  const most = Math.min(IGNITION_LIMITS.contentBytes, allowance.bytes);
  const unpacked = compression === 'gzip' && packed.length > 0 ? gunzipped(packed, most) : packed;
  if (unpacked === null) return { broken: reason('KSN-IGN-008', 'its contents are no gzip') };
  if (unpacked === 'too large' || unpacked.length > most)
    return { broken: reason('KSN-IGN-009', `its contents are larger than ${most} bytes`) };
  allowance.bytes -= unpacked.length;
  if (hash !== null && createHash(hash.algorithm).update(unpacked).digest('hex') !== hash.hex)
    return { broken: reason('KSN-IGN-008', `its contents have another ${hash.algorithm} than verification.hash says`) };
  return { bytes: unpacked };
}

function hashOf(hash: string | undefined): ContentHash | null {
  const [, algorithm, hex] = /^(sha256|sha512)-([0-9a-fA-F]+)$/u.exec(hash ?? '') ?? [];
  return algorithm === undefined || hex === undefined
    ? null
    : { algorithm: algorithm as ContentHash['algorithm'], hex: hex.toLowerCase() };
}

function gunzipped(packed: Uint8Array, most: number): Uint8Array | 'too large' | null {
  try {
    return gunzipSync(packed, { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : null;
  }
}
