/**
 * DSSE v1 (secure-systems-lab/dsse): what is signed is not the payload but the payload with its type and
 * lengths before it, so that a signature cannot be carried over to another meaning.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { readJson } from '../desired/json-text.ts';
import { LIMITS } from '../desired/limits.ts';
import { verifyError } from './errors.ts';
import { keyIdOf, signBytes } from './keys.ts';

export const PAYLOAD_TYPE = 'application/vnd.keelson.nodespec.v1+json';

/** Over the pre-authentication encoding, not over the payload. */
export interface Signature {
  /** A hint; '' where there is none. */
  readonly keyid: string;
  readonly sig: Uint8Array;
}

/** Decoded; nothing of it has been verified. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly Signature[];
}

/** The payload in base64, and room for the signatures. */
export const ENVELOPE_LIMIT = Math.ceil(LIMITS.bytes / 3) * 4 + 65_536;
const mostSignatures = 32;

/** Pre-authentication encoding: `DSSEv1 LEN(type) type LEN(payload) payload`, lengths in bytes. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload]);
}

/** `sha256:<hex>` of the signed bytes. */
export function digestOf(payload: Uint8Array): string {
  return `sha256:${createHash('sha256').update(payload).digest('hex')}`;
}

/** A new envelope with one signature a key. */
export function signPayload(payload: Uint8Array, keys: readonly KeyObject[]): Envelope {
  return addSignatures({ payloadType: PAYLOAD_TYPE, payload, signatures: [] }, keys);
}

/** One signature a key: signing again with the same key replaces its old one. */
export function addSignatures(envelope: Envelope, keys: readonly KeyObject[]): Envelope {
  const encoded = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  const added = keys.map((key) => ({ keyid: keyIdOf(key), sig: signBytes(encoded, key) }));
  const renewed = new Set(added.map(({ keyid }) => keyid));
  return { ...envelope, signatures: [...envelope.signatures.filter(({ keyid }) => !renewed.has(keyid)), ...added] };
}

/** As JSON with standard base64 and a line feed at the end. */
export function writeEnvelope({ payloadType, payload, signatures }: Envelope): Uint8Array {
  const json = {
    payloadType,
    payload: base64(payload),
    signatures: signatures.map(({ keyid, sig }) => ({ ...(keyid !== '' && { keyid }), sig: base64(sig) })),
  };
  return Buffer.from(`${JSON.stringify(json, null, 2)}\n`);
}

/** What the bytes are: an envelope (perhaps a broken one), or some other document. */
export function looksLikeEnvelope(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !('apiVersion' in value) &&
    ['payload', 'payloadType', 'signatures'].some((name) => Object.hasOwn(value, name))
  );
}

/** The bytes as JSON; undefined where they are none. Duplicate members and bottomless nesting count as none. */
export function jsonIn(bytes: Uint8Array): unknown {
  if (bytes.length > ENVELOPE_LIMIT)
    throw verifyError('KSN-VERIFY-003', `there are ${bytes.length} bytes; an envelope may have ${ENVELOPE_LIMIT}`);
  try {
    return readJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).document?.value;
  } catch {
    return undefined;
  }
}

/** @throws KSN-VERIFY-001 malformed, 002 another type, 003 too large, 004 no signature. */
export function readEnvelope(value: unknown): Envelope {
  if (!looksLikeEnvelope(value)) throw verifyError('KSN-VERIFY-001', 'this is no envelope');
  const { payload, payloadType, signatures } = value;
  if (typeof payloadType !== 'string') throw malformed('payloadType', 'is missing or no text');
  if (payloadType !== PAYLOAD_TYPE) throw verifyError('KSN-VERIFY-002', `the payload is not ${PAYLOAD_TYPE}`);
  if (typeof payload !== 'string') throw malformed('payload', 'is missing or no text');
  if (!Array.isArray(signatures)) throw malformed('signatures', 'is missing or no list');
  if (signatures.length === 0) throw verifyError('KSN-VERIFY-004', 'the envelope has no signature');
  if (signatures.length > mostSignatures)
    throw verifyError('KSN-VERIFY-003', `the envelope has ${signatures.length} signatures; ${mostSignatures} are read`);
  // Before the decoding: four characters for three bytes.
  if (payload.length > Math.ceil(LIMITS.bytes / 3) * 4) throw tooLarge(Math.floor(payload.length / 4) * 3);
  const bytes = fromBase64(payload);
  if (bytes === null) throw malformed('payload', 'is not base64');
  if (bytes.length > LIMITS.bytes) throw tooLarge(bytes.length);
  return { payloadType, payload: bytes, signatures: signatures.map((one: unknown) => readSignature(one)) };
}

function readSignature(value: unknown): Signature {
  const { keyid = '', sig } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly keyid?: unknown;
    readonly sig?: unknown;
  };
  if (typeof keyid !== 'string') throw malformed('keyid', 'is no text');
  const bytes = typeof sig === 'string' ? fromBase64(sig) : null;
  if (bytes === null || bytes.length === 0) throw malformed('sig', 'is missing or not base64');
  return { keyid, sig: bytes };
}

function malformed(member: string, what: string): Error {
  return verifyError('KSN-VERIFY-001', `${member} of the envelope ${what}`, { element: member });
}

function tooLarge(bytes: number): Error {
  return verifyError('KSN-VERIFY-003', `the payload has ${bytes} bytes; a node accepts ${LIMITS.bytes}`);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Strict: the standard alphabet, padded, in the one form that these bytes have. */
function fromBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
