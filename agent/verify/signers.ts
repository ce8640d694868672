/** Who signed, and whether that is enough for the series. */
import type { Reason } from '../base/errors.ts';
import type { Instant } from '../base/clock.ts';
import { quoted } from '../base/words.ts';
import { preAuthenticationEncoding, type Envelope } from './dsse.ts';
import { verifyError } from './errors.ts';
import { fits } from './keys.ts';
import { matchesAny } from './series-pattern.ts';
import type { TrustedKey } from './trust-file.ts';
import { thresholdFor, type Trust } from './trust-store.ts';

export type Signers =
  | { readonly keys: readonly TrustedKey[]; readonly refused?: undefined }
  | { readonly keys?: undefined; readonly refused: readonly Reason[] };

/** Every trusted key one of whose signatures fits the payload. Before this holds one, nobody looks into the payload. */
export function signersOf(envelope: Envelope, trust: Trust): Signers {
  const encoded = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  const signed = trust.keys.filter(({ key }) => envelope.signatures.some(({ sig }) => fits(sig, encoded, key)));
  if (signed.length > 0) return { keys: signed };
  const hints = new Set(envelope.signatures.map(({ keyid }) => keyid));
  const named = trust.keys.filter(({ keyid }) => hints.has(keyid));
  if (named.length === 0) {
    const ids = [...hints].map((keyid) => (keyid === '' ? 'a key without id' : quoted(keyid.slice(0, 16)))).join(', ');
    return {
      refused: [
        verifyError('KSN-VERIFY-005', `signed by ${ids}; none of the ${trust.keys.length} trusted keys`).toReason(),
      ],
    };
  }
  return {
    refused: named.map(({ name }) =>
      verifyError('KSN-VERIFY-006', `the signature of ${name} does not fit the payload`, { element: name }).toReason(),
    ),
  };
}

/** Of those who signed, the distinct keys that count for the series. One key under two names is one key. */
export function countSigners(signed: readonly TrustedKey[], series: string, trust: Trust, now: Instant): Signers {
  const bound = signed.filter((key) => matchesAny(series, key.series));
  const inForce = bound.filter(({ notAfter }) => notAfter === undefined || now <= notAfter);
  const counted = [...new Map(inForce.toReversed().map((key) => [key.keyid, key])).values()].toReversed();
  const needed = thresholdFor(series, trust);
  if (counted.length >= needed) return { keys: counted };
  const refused: Reason[] = [];
  for (const { name, keyid } of signed) {
    if (bound.some((key) => key.keyid === keyid)) continue;
    refused.push(
      verifyError('KSN-VERIFY-008', `${name} may not sign for the series ${quoted(series)}`, {
        element: name,
      }).toReason(),
    );
  }
  for (const { name, keyid } of bound) {
    if (counted.some((key) => key.keyid === keyid)) continue;
    refused.push(verifyError('KSN-VERIFY-034', `${name} is trusted no longer`, { element: name }).toReason());
  }
  if (counted.length > 0 || refused.length === 0) {
    const seen = counted.map(({ name }) => name).join(', ');
    refused.push(
      verifyError(
        'KSN-VERIFY-007',
        `signed by ${seen}; the series ${quoted(series)} needs ${needed} distinct keys`,
      ).toReason(),
    );
  }
  return { refused };
}
