/** Keys, envelopes and a node for the tests of verify. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { signPayload, writeEnvelope } from '../../agent/verify/dsse.ts';
import { generateKeys, keyIdOf } from '../../agent/verify/keys.ts';
import { DEFAULT_POLICY } from '../../agent/verify/local-policy.ts';
import type { TrustedKey } from '../../agent/verify/trust-file.ts';
import type { Trust } from '../../agent/verify/trust-store.ts';
import { verifySpec, type Verification, type VerifyContext } from '../../agent/verify/verify.ts';
import { checker, context } from '../desired/fake-kinds.ts';

export interface Person {
  readonly name: string;
  readonly privateKey: KeyObject;
  readonly trusted: TrustedKey;
}

export function person(
  name: string,
  series: readonly string[],
  more: { readonly algorithm?: 'ed25519' | 'ecdsa-p256'; readonly notAfter?: number } = {},
): Person {
  const privateKey = createPrivateKey(generateKeys(more.algorithm).privatePem);
  const key = createPublicKey(privateKey);
  const trusted = {
    name,
    keyid: keyIdOf(key),
    key,
    series,
    file: `/etc/keelson/trust.d/${name}.yaml`,
    ...(more.notAfter !== undefined && { notAfter: more.notAfter }),
  };
  return { name, privateKey, trusted };
}

export const trustOf = (people: readonly Person[], threshold = 1, bySeries: Trust['bySeries'] = {}): Trust => ({
  keys: people.map(({ trusted }) => trusted),
  threshold,
  bySeries,
});

/** A small valid spec as a payload; the top is laid over. */
export function payload(
  top: Readonly<Record<string, unknown>> = {},
  metadata: Readonly<Record<string, unknown>> = {},
  spec: Readonly<Record<string, unknown>> = { boxes: { '/srv/a': {} } },
): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      apiVersion: 'keelson.dev/v1',
      kind: 'NodeSpec',
      metadata: { series: 'lb', generation: 5, ...metadata },
      ...top,
      spec,
    }),
  );
}

export function signed(bytes: Uint8Array, ...people: readonly Person[]): Uint8Array {
  return writeEnvelope(
    signPayload(
      bytes,
      people.map(({ privateKey }) => privateKey),
    ),
  );
}

export function node(trust: Trust, more: Partial<VerifyContext> = {}): VerifyContext {
  return {
    ...context({ hostname: 'lb-a' }),
    source: 'folder:/x.json',
    trust,
    guard: () => null,
    labels: { role: 'lb' },
    policy: DEFAULT_POLICY,
    now: Date.UTC(2026, 10, 24),
    agentVersion: '1.2.0',
    checker,
    allowUnsigned: [],
    ...more,
  };
}

/** The codes of a refusal; [] = taken. */
export function refusal(bytes: Uint8Array, of: VerifyContext): string[] {
  return codes(verifySpec(bytes, of));
}

export function codes({ refused }: Verification): string[] {
  return (refused ?? []).map(({ code }) => code);
}
