/** What the agent has checked itself it recognises, and judges by what may have changed since. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { systemClock } from '../../agent/base/system-clock.ts';
import { RefusedDocument } from '../../agent/sources/refused-document.ts';
import { LazyChecker, reloadAccepted, SpecVerifier, type KnownSpec } from '../../agent/sources/spec-verifier.ts';
import { digestOf } from '../../agent/verify/dsse.ts';
import { DEFAULT_POLICY } from '../../agent/verify/local-policy.ts';
import { boxes, checker, context, fakeKinds, settings } from '../desired/fake-kinds.ts';
import { realRoot } from '../support/roots.ts';
import { payload, person, signed } from '../verify/signing.ts';

const ana = person('ana', ['lb']);
const bytes = payload();
const envelope = signed(bytes, ana);
const newest = { generation: 5, digest: digestOf(bytes) };
const checked = checker.check(JSON.parse(Buffer.from(bytes).toString()), context());
const accepted = { series: 'lb', ...newest, facts: {}, at: 0, signers: ['ana'], source: 'x' };

const fingerprint = (some: Uint8Array) => context().fingerprint(some);

/** Counts how often the schemas are asked for. */
class CountingChecker extends LazyChecker {
  asked = 0;

  override get(): ReturnType<LazyChecker['get']> {
    this.asked += 1;
    return super.get();
  }
}

async function verifier(t: Test, known: () => Promise<KnownSpec | null>) {
  const root = await realRoot();
  t.teardown(() => root[Symbol.asyncDispose]());
  const { fs } = root;
  mkdirSync(fs.physical('/etc/keelson/trust.d'), { recursive: true });
  const key = ana.trusted.key.export({ type: 'spki', format: 'pem' });
  writeFileSync(fs.physical('/etc/keelson/trust.d/ana.json'), JSON.stringify({ publicKey: key, series: ['lb'] }));
  const counting = new CountingChecker(fakeKinds);
  let policy = DEFAULT_POLICY;
  const made = new SpecVerifier({
    fs,
    checker: counting,
    settings: () => ({
      thresholds: { threshold: 1, bySeries: {} },
      allowUnsigned: [],
      labels: {},
      policy,
      kindSettings: settings,
    }),
    guard: () => newest,
    known,
    fingerprint,
    facts: async () => ({}),
    clock: systemClock,
    agentVersion: '1.2.0',
  });
  const deny = (folder: string): void => void (policy = { ...DEFAULT_POLICY, paths: { allow: ['/'], deny: [folder] } });
  return { made, counting, deny, fs };
}

const known = async (): Promise<KnownSpec | null> =>
  checked.spec === null ? null : { spec: checked.spec, items: checked.items, facts: {} };

t.test('a document that is known needs no schemas', async (t) => {
  const { made, counting, deny } = await verifier(t, known);
  t.match(await made.judge(envelope, 'folder:/x.json'), {
    already: true,
    spec: { ...newest, series: 'lb', signers: ['ana'], checkedBy: '1.2.0', spec: { generation: 5 } },
  });
  deny('/srv');
  await t.rejects(made.judge(envelope, 'folder:/x.json'), { code: 'KSN-VERIFY-021' }, 'policy is asked again');
  t.equal(counting.asked, 0);
});

t.test('one that is not known, or that the store has lost, is checked', async (t) => {
  for (const lost of [async () => null, async () => Promise.reject(new Error('not in the store'))]) {
    const { made, counting } = await verifier(t, lost);
    t.match(await made.judge(envelope, 'folder:/x.json'), { already: true, spec: { checkedBy: '1.2.0' } });
    t.equal(counting.asked, 1);
  }
});

t.test('an accepted spec is checked again by another version of the agent alone', async (t) => {
  const counting = new CountingChecker([boxes]);
  const reload = (checkedBy: string | undefined, agentVersion: string) =>
    reloadAccepted(envelope, { ...accepted, ...(checkedBy !== undefined && { checkedBy }) }, counting, {
      settings,
      fingerprint,
      agentVersion,
    });
  t.match(await reload('1.2.0', '1.2.0'), { series: 'lb' });
  t.equal(counting.asked, 0);
  t.match(await reload('1.1.0', '1.2.0'), { series: 'lb' });
  t.match(await reload(undefined, '1.2.0'), { series: 'lb' }, 'accepted before this was written down');
  t.equal(counting.asked, 2);
});

t.test('what schema, policy and links of the host find comes together, in order of place, each once', async (t) => {
  const { made, deny, fs } = await verifier(t, async () => null);
  mkdirSync(fs.physical('/srv'), { recursive: true });
  symlinkSync('/var/lib/keelson', fs.physical('/srv/linked'));
  deny('/opt');
  const document = payload(
    {},
    { generation: 6, colour: 'red' },
    {
      gates: [{ file: '/etc/keelson/trust.d/ana.json', contains: 'x', colour: 'red' }],
      boxes: {
        '/opt/a': { colour: 'red', gates: [{ file: '/var/lib/keelson/node-key', contains: 'x' }] },
        '/srv/b': { gates: [{ file: '/srv/linked/node-key' }, { tcp: 7 }] },
        '/opt/e': {},
        '/srv/linked/c': {},
        '/OPT': { gates: [{ exec: ['/bin/true'] }, { file: '/run/keelson/x', absent: true }] },
        '/etc/keelson/d': { level: 7 },
      },
    },
  );
  const refused = await made.judge(signed(document, ana), 'folder:/x.json').catch((error: unknown) => error);
  t.ok(refused instanceof RefusedDocument);
  const findings = refused instanceof RefusedDocument ? refused.findings : [];
  t.strictSame(
    findings.map(({ code, place }) => `${code} ${place?.pointer}`),
    [
      'KSN-SPEC-010 /metadata/colour',
      'KSN-VERIFY-025 /spec',
      'KSN-SPEC-010 /spec/gates/0/colour',
      'KSN-VERIFY-025 /spec/boxes/~1opt~1a',
      'KSN-SPEC-010 /spec/boxes/~1opt~1a/colour',
      'KSN-VERIFY-025 /spec/boxes/~1srv~1b',
      'KSN-SPEC-012 /spec/boxes/~1srv~1b/gates/1/tcp',
      'KSN-VERIFY-021 /spec/boxes/~1opt~1e',
      'KSN-VERIFY-024 /spec/boxes/~1srv~1linked~1c',
      'KSN-SPEC-017 /spec/boxes/~1OPT',
      'KSN-VERIFY-025 /spec/boxes/~1OPT',
      'KSN-SPEC-013 /spec/boxes/~1etc~1keelson~1d/level',
    ],
  );
  const columns = findings.map(({ place }) => place?.column ?? 0);
  t.strictSame(
    columns,
    columns.toSorted((a, b) => a - b),
    'in order of place',
  );
});
