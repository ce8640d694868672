import t from 'tap';
import fc from 'fast-check';
import { writeEnvelope, signPayload } from '../../agent/verify/dsse.ts';
import { digestOf } from '../../agent/verify/dsse.ts';
import { recognise, verifySpec } from '../../agent/verify/verify.ts';
import { reloadSpec } from '../../agent/verify/reload.ts';
import { checker, codeOf, context } from '../desired/fake-kinds.ts';
import { codes, node, payload, person, refusal, signed, trustOf } from './signing.ts';

const ana = person('ana', ['lb', 'edge-*']);
const ben = person('ben', ['*'], { algorithm: 'ecdsa-p256' });
const eve = person('eve', ['*']);
const trust = trustOf([ana, ben]);

t.test('a signed spec is taken', async (t) => {
  const bytes = payload();
  const envelope = signed(bytes, ana, ben);
  const { verified, already, content } = { already: null, ...verifySpec(envelope, node(trust)) };
  t.match(verified, {
    series: 'lb',
    generation: 5,
    digest: digestOf(bytes),
    signers: ['ana', 'ben'],
    source: 'folder:/x.json',
    facts: { hostname: 'lb-a' },
    envelope,
  });
  t.match(verified?.digest, /^sha256:[0-9a-f]{64}$/);
  t.equal(already, false);
  t.ok(content?.items.some(({ address }) => address === 'box:/srv/a'));
});

t.test('each attack of a transport has its own code and changes nothing', async (t) => {
  const good = payload();
  const accepted = { generation: 5, digest: digestOf(good), floor: 3 };
  const guarded = node(trust, { guard: () => accepted });
  const attacks = {
    'forged with a foreign key': [signed(payload({}, { generation: 6 }), eve), 'KSN-VERIFY-005'],
    'tampered after signing': [tampered(signed(payload({}, { generation: 6 }), ana)), 'KSN-VERIFY-006'],
    'signed for another series': [signed(payload({}, { series: 'gpu', generation: 6 }), ana), 'KSN-VERIFY-008'],
    replayed: [signed(payload({}, { generation: 4 }), ana), 'KSN-VERIFY-009'],
    'same number, other content': [signed(payload({}, { labels: { a: 'b' } }), ana), 'KSN-VERIFY-010'],
    expired: [signed(payload({ notAfter: '2026-11-23T00:00:00Z' }, { generation: 6 }), ana), 'KSN-VERIFY-011'],
    'below the floor': [signed(payload({}, { generation: 2 }), ana), 'KSN-VERIFY-012'],
    'of another class': [signed(payload({}, { generation: 6, selector: { role: 'gpu' } }), ana), 'KSN-VERIFY-013'],
    'for another agent': [signed(payload({ requires: { agent: '>=2' } }, { generation: 6 }), ana), 'KSN-VERIFY-014'],
    unsigned: [payload({}, { generation: 6 }), 'KSN-VERIFY-015'],
    'stripped of its signatures': [writeEnvelope(signPayload(good, [])), 'KSN-VERIFY-004'],
    'of another payload type': [
      Buffer.from(Buffer.from(signed(good, ana)).toString().replace('nodespec', 'command')),
      'KSN-VERIFY-002',
    ],
  } as const;
  for (const [name, [bytes, code]] of Object.entries(attacks)) t.strictSame(refusal(bytes, guarded), [code], name);
  t.equal(new Set(Object.values(attacks).map(([, code]) => code)).size, Object.keys(attacks).length, 'all distinct');
});

function tampered(envelope: Uint8Array): Uint8Array {
  const raw = JSON.parse(Buffer.from(envelope).toString()) as { payload: string };
  return Buffer.from(
    JSON.stringify({ ...raw, payload: Buffer.from(payload({}, { generation: 9 })).toString('base64') }),
  );
}

t.test('the same again is nothing new, however old it is by now', async (t) => {
  const bytes = payload({ notAfter: '2026-11-23T00:00:00Z' });
  const result = verifySpec(
    signed(bytes, ben),
    node(trust, { guard: () => ({ generation: 5, digest: digestOf(bytes) }) }),
  );
  t.match(result, { already: true, verified: { generation: 5 } });
});

t.test('the guard is asked by series', async (t) => {
  const asked: string[] = [];
  const guard = (series: string) => {
    asked.push(series);
    return series === 'lb' ? { generation: 9, digest: 'sha256:x' } : null;
  };
  t.strictSame(refusal(signed(payload({}, { series: 'edge-a' }), ana), node(trust, { guard })), []);
  t.strictSame(asked, ['edge-a']);
});

t.test('a threshold counts distinct keys', async (t) => {
  const cleo = person('cleo', ['lb']);
  const twin = { ...cleo, trusted: { ...cleo.trusted, name: 'cleo-again' } };
  const two = trustOf([ana, cleo, twin], 2);
  const bytes = payload();
  t.strictSame(refusal(signed(bytes, ana), node(two)), ['KSN-VERIFY-007']);
  t.strictSame(refusal(signed(bytes, cleo, twin), node(two)), ['KSN-VERIFY-007'], 'one key under two names');
  const [one] = signPayload(bytes, [ana.privateKey]).signatures;
  if (one === undefined) throw new Error('no signature');
  const twice = writeEnvelope({
    ...signPayload(bytes, [ana.privateKey]),
    signatures: [one, { ...one, keyid: '' }, { ...one, keyid: 'other' }],
  });
  t.strictSame(refusal(twice, node(two)), ['KSN-VERIFY-007'], 'one key, three signatures');
  const enough = verifySpec(signed(bytes, ana, cleo), node(two));
  t.strictSame(enough.verified?.signers, ['ana', 'cleo']);
  const told = verifySpec(signed(bytes, ana), node(two)).refused?.[0]?.message;
  t.match(told, /signed by ana; the series 'lb' needs 2 distinct keys/);
  t.strictSame(refusal(signed(bytes, ana), node(trustOf([ana], 2, { 'l?': 1 }))), [], 'a series may need fewer');
  t.strictSame(
    refusal(signed(bytes, ana, cleo), node(trustOf([ana, cleo], 1, { '*': 1, lb: 3 }))),
    ['KSN-VERIFY-007'],
    'or more; the highest counts',
  );
  t.strictSame(refusal(signed(bytes, ana), node(trustOf([ana], 0))), [], 'zero is one');
  t.strictSame(refusal(signed(bytes, eve), node(trustOf([ana], 0))), ['KSN-VERIFY-005']);
});

t.test('a key in force counts, one past its time does not; foreign signatures beside do no harm', async (t) => {
  const old = person('old', ['*'], { notAfter: Date.UTC(2026, 0, 1) });
  t.strictSame(refusal(signed(payload(), old), node(trustOf([old]))), ['KSN-VERIFY-034']);
  t.strictSame(refusal(signed(payload(), old, eve, ana), node(trustOf([old, ana]))), []);
  t.strictSame(
    refusal(signed(payload({}, { series: 'gpu' }), ana, old), node(trustOf([ana, old]))),
    ['KSN-VERIFY-008', 'KSN-VERIFY-034'],
    'all reasons',
  );
});

t.test('key ids are hints only', async (t) => {
  const { signatures, ...rest } = signPayload(payload(), [ana.privateKey]);
  const claimed = (keyid: string): Uint8Array =>
    writeEnvelope({ ...rest, signatures: signatures.map(({ sig }) => ({ keyid, sig })) });
  t.strictSame(refusal(claimed(''), node(trust)), []);
  t.strictSame(refusal(claimed(ben.trusted.keyid), node(trust)), []);
  t.strictSame(refusal(claimed('made-up'), node(trust)), []);
});

t.test('nobody looks into a payload that no trusted key has signed', async (t) => {
  const rubbish = Buffer.from('{"metadata": nonsense');
  t.strictSame(refusal(signed(rubbish, eve), node(trust)), ['KSN-VERIFY-005']);
  t.strictSame(refusal(signed(rubbish, ana), node(trust)), ['KSN-SPEC-002']);
  t.strictSame(
    refusal(signed(Buffer.from('apiVersion: keelson.dev/v1'), ana), node(trust)),
    ['KSN-SPEC-002'],
    'a payload is JSON',
  );
  t.strictSame(refusal(signed(payload({}, { series: 7 }), ana), node(trust)), ['KSN-SPEC-012']);
  t.strictSame(refusal(signed(payload({}, { generation: '5' }), ana), node(trust)), ['KSN-SPEC-012']);
  t.strictSame(refusal(signed(payload({}, { generation: 1e17 }), ana), node(trust)), ['KSN-SPEC-013']);
  t.strictSame(
    refusal(signed(payload({}, {}, { boxes: { '/a': { chek: 1 }, '/b': { level: 0 } } }), ana), node(trust)),
    ['KSN-SPEC-010', 'KSN-SPEC-013'],
    'all findings',
  );
});

t.test('a spec for a newer agent says so, not that it is misspelt', async (t) => {
  const bytes = payload({ requires: { agent: '>=2' }, brandNew: true }, { selector: { role: 'x' } });
  t.strictSame(refusal(signed(bytes, ana), node(trust)), ['KSN-VERIFY-013', 'KSN-VERIFY-014']);
});

t.test('unsigned only by the name of the series', async (t) => {
  const plain = Buffer.from(
    'apiVersion: keelson.dev/v1\nkind: NodeSpec\nmetadata: { series: sandbox, generation: 1 }\nspec: {}\n',
  );
  const sandbox = node(trust, { allowUnsigned: ['sandbox'], file: 'x.yaml' });
  const result = verifySpec(plain, sandbox);
  t.match(result.verified, { series: 'sandbox', signers: [], digest: digestOf(plain) });
  t.strictSame(refusal(plain, node(trust)), ['KSN-VERIFY-015']);
  t.strictSame(refusal(plain, node(trust, { allowUnsigned: ['sand', 'lb'] })), ['KSN-VERIFY-015']);
  t.strictSame(refusal(payload(), sandbox), ['KSN-VERIFY-015'], 'lb stays signed');
  t.match(verifySpec(Buffer.from('a: b: c'), sandbox).refused, [
    { code: 'KSN-SPEC-002', place: { file: 'x.yaml', line: 1 } },
  ]);
  t.strictSame(
    refusal(signed(payload({}, { series: 'sandbox' }), eve), sandbox),
    ['KSN-VERIFY-005'],
    'a bad signature is no missing one',
  );
});

t.test('facts that the node cannot tell refuse the spec at accept', async (t) => {
  const bytes = payload({}, {}, { boxes: { '/a': { note: '${facts.primaryAddress}' } } });
  t.strictSame(refusal(signed(bytes, ana), node(trust)), ['KSN-SPEC-024']);
});

t.test('what was accepted is read again without asking the keys', async (t) => {
  const bytes = payload();
  const envelope = signed(bytes, eve);
  t.match(reloadSpec(envelope, digestOf(bytes), checker, context()), { series: 'lb', generation: 5 });
  t.equal(
    codeOf(() => reloadSpec(signed(payload({}, { generation: 6 }), eve), digestOf(bytes), checker, context())),
    'KSN-VERIFY-016',
  );
  const strange = payload({}, {}, { later: {} });
  t.equal(
    codeOf(() => reloadSpec(strange, digestOf(strange), checker, context())),
    'KSN-SPEC-010',
  );
  t.match(reloadSpec(strange, digestOf(strange), null, context()), { generation: 5 }, 'this agent let it pass');
  t.equal(
    codeOf(() => reloadSpec(strange, digestOf(bytes), null, context())),
    'KSN-VERIFY-016',
  );
});

t.test('an accepted document is recognised as long as its keys stand for it', async (t) => {
  const bytes = payload();
  const newest = { generation: 5, digest: digestOf(bytes) };
  const of = node(trust, { guard: () => newest });
  t.strictSame(recognise(signed(bytes, ana), of), { series: 'lb', ...newest, signers: ['ana'] });
  for (const other of [
    signed(bytes, eve),
    signed(payload({}, { generation: 6 }), ana),
    signed(payload({ floor: 1 }), ana),
    signed(Buffer.from('{}'), ana),
    tampered(signed(bytes, ana)),
    bytes,
    Buffer.from('a: ['),
  ])
    t.equal(recognise(other, of), null);
  const unsigned = payload({}, { series: 'sandbox' });
  const sandbox = node(trust, {
    allowUnsigned: ['sandbox'],
    guard: () => ({ generation: 5, digest: digestOf(unsigned) }),
  });
  t.match(recognise(unsigned, sandbox), { series: 'sandbox', signers: [] });
});

t.test('never throws and never takes what was touched', async () => {
  const envelope = signed(payload(), ana);
  const of = node(trust, { allowUnsigned: ['sandbox'] });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => codes(verifySpec(bytes, of)).length > 0));
  fc.assert(
    fc.property(fc.nat(envelope.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const touched = Uint8Array.from(envelope);
      touched[at] = (touched[at] ?? 0) ^ flip;
      const result = verifySpec(touched, of);
      // A touched hint or an equal spelling of the same JSON changes nothing that was signed.
      if (result.verified !== undefined && result.verified.digest !== digestOf(payload()))
        throw new Error(`byte ${at}`);
    }),
    { numRuns: 600 },
  );
});
