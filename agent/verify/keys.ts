/** Signing keys: Ed25519 and ECDSA P-256, as PEM. A key is known by the SHA-256 of its SPKI form. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { verifyError } from './errors.ts';

export type Algorithm = 'ed25519' | 'ecdsa-p256';
export const ALGORITHMS: readonly Algorithm[] = ['ed25519', 'ecdsa-p256'];

/** Never shown and never logged as a whole; who saves it does so with mode 0600. */
export interface KeyPair {
  readonly privatePem: string;
  readonly publicPem: string;
  readonly keyid: string;
}

/** The private key as PKCS#8 and the public one as SPKI, both PEM. */
export function generateKeys(algorithm: Algorithm = 'ed25519'): KeyPair {
  const { privateKey, publicKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }),
    keyid: keyIdOf(publicKey),
  };
}

/** @throws KSN-VERIFY-033 for what is no public key, 031 for one of another kind. */
export function parsePublicKey(pem: string): KeyObject {
  // A private key would parse too, its public half derived: a secret where none belongs.
  if (!pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----'))
    throw verifyError('KSN-VERIFY-033', 'no public key in PEM (SPKI) is here');
  return checked(read('a public key', () => createPublicKey({ key: pem, format: 'pem', type: 'spki' })));
}

/** @throws KSN-VERIFY-033 for what is no unencrypted PKCS#8 key, 031 for one of another kind. */
export function parsePrivateKey(pem: string): KeyObject {
  if (!pem.trimStart().startsWith('-----BEGIN PRIVATE KEY-----'))
    throw verifyError('KSN-VERIFY-033', 'no unencrypted private key in PEM (PKCS#8) is here');
  return checked(read('a private key', () => createPrivateKey({ key: pem, format: 'pem', type: 'pkcs8' })));
}

/** SHA-256 of the SPKI form, in hex. A hint in envelopes; what makes keys distinct here. */
export function keyIdOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** Ed25519 over the bytes themselves, ECDSA over their SHA-256. */
export function signBytes(bytes: Uint8Array, privateKey: KeyObject): Uint8Array {
  return sign(digestFor(privateKey), bytes, privateKey);
}

/** False for anything that does not fit, malformed signatures included. ECDSA signatures are DER. */
export function fits(signature: Uint8Array, bytes: Uint8Array, publicKey: KeyObject): boolean {
  try {
    return verify(digestFor(publicKey), bytes, publicKey, signature);
  } catch {
    return false;
  }
}

function digestFor(key: KeyObject): 'sha256' | null {
  return key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
}

/** The library's own words may quote the key. */
function read(what: string, parse: () => KeyObject): KeyObject {
  try {
    return parse();
  } catch {
    throw verifyError('KSN-VERIFY-033', `${what} is announced here, but what follows is none`);
  }
}

function checked(key: KeyObject): KeyObject {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519' || (type === 'ec' && details?.namedCurve === 'prime256v1')) return key;
  throw verifyError(
    'KSN-VERIFY-031',
    `the key is ${[type, details?.namedCurve].filter((word) => word !== undefined).join(' ')}`,
  );
}
