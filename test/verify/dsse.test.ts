import t from 'tap';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addSignatures,
  jsonIn,
  PAYLOAD_TYPE,
  preAuthenticationEncoding,
  readEnvelope,
  signPayload,
  writeEnvelope,
} from '../../agent/verify/dsse.ts';
import {
  ALGORITHMS,
  fits,
  generateKeys,
  keyIdOf,
  parsePrivateKey,
  parsePublicKey,
  signBytes,
} from '../../agent/verify/keys.ts';
import { saveKeyPair } from '../../agent/verify/key-files.ts';
import { LIMITS } from '../../agent/desired/limits.ts';
import { codeOf } from '../desired/fake-kinds.ts';

const program = 'openssl';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

t.test('the encoding of the DSSE protocol document', async (t) => {
  t.equal(
    text(preAuthenticationEncoding('http://example.com/HelloWorld', Buffer.from('hello world'))),
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
  t.equal(text(preAuthenticationEncoding('ü', Buffer.from('€'))), 'DSSEv1 2 ü 3 €', 'lengths are bytes');
});

t.test('signatures are what openssl makes and takes', { skip: withoutOpenssl() }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-dsse-'));
  const file = (name: string, content?: Uint8Array | string): string => {
    if (content !== undefined) writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const openssl = (...words: readonly string[]): Buffer =>
    execFileSync(program, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  const body = Buffer.from('{"a":1}');
  const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} 7 `), body]);
  const message = file('message', encoded);
  const digested = (algorithm: string): string[] =>
    algorithm === 'ed25519' ? ['-rawin'] : ['-rawin', '-digest', 'sha256'];
  for (const algorithm of ALGORITHMS) {
    const ours = generateKeys(algorithm);
    const publicFile = file(`${algorithm}.pub`, ours.publicPem);
    const [mine] = signPayload(body, [createPrivateKey(ours.privatePem)]).signatures;
    const made = file(`${algorithm}.sig`, mine?.sig ?? '');
    t.match(
      text(
        openssl(
          'pkeyutl',
          '-verify',
          '-pubin',
          '-inkey',
          publicFile,
          '-in',
          message,
          '-sigfile',
          made,
          ...digested(algorithm),
        ),
      ),
      /Verified Successfully/,
      `${algorithm}: openssl takes ours`,
    );

    const theirs = file(`${algorithm}.pem`);
    openssl(
      'genpkey',
      '-algorithm',
      ...(algorithm === 'ed25519' ? ['ed25519'] : ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256']),
      '-out',
      theirs,
    );
    openssl('pkeyutl', '-sign', '-inkey', theirs, '-in', message, '-out', made, ...digested(algorithm));
    const key = parsePublicKey(text(openssl('pkey', '-in', theirs, '-pubout')));
    t.ok(
      fits(readFileSync(made), preAuthenticationEncoding(PAYLOAD_TYPE, body), key),
      `${algorithm}: we take openssl's`,
    );
    const der = file('spki', openssl('pkey', '-in', theirs, '-pubout', '-outform', 'DER'));
    t.equal(
      keyIdOf(key),
      text(openssl('dgst', '-sha256', '-r', der)).split(' ', 1)[0],
      'the key id is the digest of the SPKI',
    );
  }
});

function withoutOpenssl(): string | false {
  try {
    execFileSync(program, ['version'], { stdio: 'ignore' });
    return false;
  } catch {
    if (process.env['CI'] === 'true') throw new Error('openssl is needed under CI');
    return 'needs openssl';
  }
}

t.test('an envelope goes out and comes back', async (t) => {
  const one = createPrivateKey(generateKeys().privatePem);
  const two = createPrivateKey(generateKeys('ecdsa-p256').privatePem);
  const first = signPayload(Buffer.from('{}'), [one]);
  const both = addSignatures(addSignatures(first, [two]), [two]);
  t.equal(both.signatures.length, 2, 'signing again replaces');
  const back = readEnvelope(jsonIn(writeEnvelope(both)));
  t.strictSame(
    back.signatures.map(({ keyid }) => keyid),
    [keyIdOf(one), keyIdOf(two)],
  );
  t.strictSame(text(back.payload), '{}');
});

t.test('malformed envelopes are refused by what is wrong with them', async (t) => {
  const sig = { sig: 'AAAA' };
  const base = { payloadType: PAYLOAD_TYPE, payload: 'e30=', signatures: [sig] };
  const cases: readonly (readonly [value: unknown, code: string])[] = [
    [base, 'nothing thrown'],
    [{ ...base, extra: 1 }, 'nothing thrown'],
    [{ ...base, payloadType: 5 }, 'KSN-VERIFY-001'],
    [{ ...base, payloadType: 'text/plain' }, 'KSN-VERIFY-002'],
    [{ ...base, payload: undefined }, 'KSN-VERIFY-001'],
    [{ ...base, payload: 'e30' }, 'KSN-VERIFY-001'],
    [{ ...base, payload: 'e31=' }, 'KSN-VERIFY-001'],
    [{ ...base, payload: 'e3 0=' }, 'KSN-VERIFY-001'],
    [{ ...base, payload: 'e30=\n' }, 'KSN-VERIFY-001'],
    [{ ...base, payload: '-_==' }, 'KSN-VERIFY-001'],
    [{ ...base, payload: 'A'.repeat(LIMITS.bytes * 2) }, 'KSN-VERIFY-003'],
    [{ ...base, payload: Buffer.alloc(LIMITS.bytes + 1).toString('base64') }, 'KSN-VERIFY-003'],
    [{ ...base, payload: Buffer.alloc(LIMITS.bytes).toString('base64') }, 'nothing thrown'],
    [{ ...base, signatures: {} }, 'KSN-VERIFY-001'],
    [{ ...base, signatures: [] }, 'KSN-VERIFY-004'],
    [{ ...base, signatures: [null] }, 'KSN-VERIFY-001'],
    [{ ...base, signatures: [{ sig: '' }] }, 'KSN-VERIFY-001'],
    [{ ...base, signatures: [{ keyid: 5, ...sig }] }, 'KSN-VERIFY-001'],
    [{ ...base, signatures: Array.from({ length: 33 }, () => sig) }, 'KSN-VERIFY-003'],
    [[], 'KSN-VERIFY-001'],
    [null, 'KSN-VERIFY-001'],
  ];
  for (const [value, code] of cases)
    t.equal(
      codeOf(() => readEnvelope(value)),
      code,
      JSON.stringify(value)?.slice(0, 80),
    );
  t.equal(
    codeOf(() => jsonIn(new Uint8Array(2 ** 21))),
    'KSN-VERIFY-003',
  );
  t.equal(jsonIn(Buffer.from('{"payload":"a","payload":"b"}')), undefined, 'no member twice');
});

t.test('keys of other kinds are refused, and no private half is taken for a public key', async (t) => {
  const pem = (
    type: 'rsa' | 'ec' | 'x25519',
    curve = 'secp384r1',
  ): { readonly publicPem: string; readonly privatePem: string } => {
    const pair =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : type === 'ec'
          ? generateKeyPairSync('ec', { namedCurve: curve })
          : generateKeyPairSync('x25519');
    return {
      publicPem: pair.publicKey.export({ type: 'spki', format: 'pem' }),
      privatePem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
  };
  for (const { publicPem, privatePem } of [pem('rsa'), pem('ec'), pem('ec', 'secp256k1'), pem('x25519')]) {
    t.equal(
      codeOf(() => parsePublicKey(publicPem)),
      'KSN-VERIFY-031',
    );
    t.equal(
      codeOf(() => parsePrivateKey(privatePem)),
      'KSN-VERIFY-031',
    );
  }
  const { privatePem, publicPem } = generateKeys();
  t.equal(
    codeOf(() => parsePublicKey(privatePem)),
    'KSN-VERIFY-033',
  );
  t.equal(
    codeOf(() => parsePrivateKey(publicPem)),
    'KSN-VERIFY-033',
  );
  t.equal(
    codeOf(() => parsePublicKey('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n')),
    'KSN-VERIFY-033',
  );
  t.equal(
    codeOf(() => parsePublicKey('')),
    'KSN-VERIFY-033',
  );
  t.equal(keyIdOf(parsePrivateKey(privatePem)), keyIdOf(parsePublicKey(publicPem)));
});

t.test('a signature that is none fits nothing', async (t) => {
  for (const algorithm of ALGORITHMS) {
    const privateKey = createPrivateKey(generateKeys(algorithm).privatePem);
    const key = createPublicKey(privateKey);
    const bytes = Buffer.from('x');
    t.ok(fits(signBytes(bytes, privateKey), bytes, key));
    for (const bad of [
      new Uint8Array(),
      Buffer.alloc(64),
      Buffer.from('30', 'hex'),
      signBytes(Buffer.from('y'), privateKey),
    ])
      t.notOk(fits(bad, bytes, key));
  }
});

t.test('a pair is saved so that only its owner reads the private half, and never over another', async (t) => {
  const name = join(t.testdir(), 'ops-1');
  const { privateFile, publicFile } = await saveKeyPair(name, generateKeys());
  t.equal(statSync(privateFile).mode & 0o777, 0o600);
  t.equal(statSync(publicFile).mode & 0o777 & 0o700, 0o600);
  t.match(readFileSync(publicFile, 'utf8'), /BEGIN PUBLIC KEY/);
  await t.rejects(saveKeyPair(name, generateKeys()), { code: 'EEXIST' });
});
