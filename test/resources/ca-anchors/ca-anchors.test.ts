import fc from 'fast-check';
import t from 'tap';
import { readAnchor } from '../../../agent/resources/ca-anchors/certificate.ts';
import { trustEffects } from '../../../agent/resources/ca-anchors/effects.ts';
import { caAnchors } from '../../../agent/resources/ca-anchors/index.ts';
import type { AdoptHost, CommandResult, Host } from '../../../agent/resources/kind.ts';
import { lookDigester } from '../../../agent/resources/path-adopt.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { memoryRoot } from '../../support/roots.ts';
import { plant } from '../../support/tree.ts';
import { FIRST_CA, LEAF, SECOND_CA } from './authorities.ts';

const PATH = '/etc/pki/ca-trust/source/anchors/edge.pem';
const DEBIAN = '/usr/local/share/ca-certificates/edge.crt';
const { signal } = new AbortController();
const { context } = await memoryHost();
const codes = (section: Readonly<Record<string, { readonly pem: string }>>) =>
  caAnchors.validate?.(section, context).map(({ code, place }) => `${code} ${place?.pointer}`);

t.test('one certificate of an authority, where a tool looks', async (t) => {
  t.strictSame(codes({ [PATH]: { pem: FIRST_CA }, [DEBIAN]: { pem: `subject=x\n${FIRST_CA}trailing\n` } }), []);
  const at = '/~1etc~1pki~1ca-trust~1source~1anchors~1edge.pem/pem';
  for (const pem of ['', 'x', FIRST_CA.slice(0, 200), FIRST_CA + SECOND_CA, FIRST_CA.replaceAll('CERTIFICATE', 'KEY')])
    t.strictSame(codes({ [PATH]: { pem } }), [`KSN-CA-001 ${at}`]);
  const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
  t.strictSame(codes({ [PATH]: { pem: FIRST_CA + key } }), [`KSN-CA-001 ${at}`], 'a key would be for everybody');
  t.strictSame(codes({ [PATH]: { pem: LEAF } }), [`KSN-CA-002 ${at}`]);
  for (const path of ['/etc/edge.pem', `${PATH}/x.pem`, PATH.replace('.pem', '.crt'), DEBIAN.replace('.crt', '.pem')])
    t.match(codes({ [path]: { pem: FIRST_CA } }), [/^KSN-CA-003 /], path);
});

t.test('what is written is the certificate alone, and the store is owed once', async (t) => {
  const items = caAnchors.expand(
    {
      [PATH]: {
        pem: `# issued by us\r\n${FIRST_CA.replaceAll('\n', '\r\n')}`,
        onChange: { 'process:x': { signal: 'SIGHUP' } },
      },
      [DEBIAN]: { pem: SECOND_CA },
    },
    context,
  );
  t.strictSame(
    items.map(({ contents }) => [...(contents?.values() ?? [])].map((bytes) => Buffer.from(bytes).toString())),
    [[FIRST_CA], [SECOND_CA]],
  );
  t.strictSame(
    items.map(({ shared }) => shared.onChange.map(({ target }) => target)),
    [['trust:update-ca-trust'], ['trust:update-ca-certificates']].map((own, at) => [
      ...own,
      ...(at === 0 ? ['process:x'] : []),
    ]),
  );
});

t.test('whatever is given, it is one certificate or none', async (t) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(FIRST_CA.length), (before, after, cut) => {
      const around = readAnchor(`${before}\n${FIRST_CA}${after}`);
      const clean = !/-----BEGIN/.test(before + after);
      if (clean) t.equal(around?.pem, FIRST_CA);
      const spliced = readAnchor(FIRST_CA.slice(0, cut) + before + FIRST_CA.slice(cut));
      t.ok(spliced === null || readAnchor(spliced.pem)?.pem === spliced.pem, 'its own form is a fixed point');
    }),
  );
});

t.test('only what this kind would write is taken over as an anchor', async (t) => {
  await using root = await memoryRoot();
  await plant(root.fs, {
    '/usr/bin/update-ca-trust': { file: '' },
    [PATH]: { file: FIRST_CA },
    '/etc/pki/ca-trust/source/anchors/closed.pem': { file: FIRST_CA, mode: 0o600 },
    '/etc/pki/ca-trust/source/anchors/words.pem': { file: `words\n${FIRST_CA}` },
    '/etc/pki/ca-trust/source/anchors/leaf.pem': { file: LEAF },
    '/etc/pki/edge.pem': { file: FIRST_CA },
    [DEBIAN]: { file: FIRST_CA },
  });
  const host = {
    fs: root.fs,
    names: { user: () => null, group: () => null },
    withSecrets: false,
  } as unknown as AdoptHost;
  const adopted = async (path: string) => {
    const found = await root.fs.audit(path, lookDigester);
    return found === null ? null : ((await caAnchors.adopt?.(found, host, signal)) ?? null);
  };
  t.strictSame(await adopted(PATH), { resources: { [PATH]: { pem: FIRST_CA } } });
  for (const name of ['closed', 'words', 'leaf']) t.equal(await adopted(PATH.replace('edge', name)), null, name);
  t.equal(await adopted('/etc/pki/edge.pem'), null);
  t.equal(await adopted(DEBIAN), null, 'a place of another system, whose tool is not here');
});

t.test('the tool runs on the root of the machine alone', async (t) => {
  const ran: string[] = [];
  let result: Partial<CommandResult> = {};
  const host = (physical: string): Host =>
    ({
      fs: { physical: () => physical },
      run: async ({ argv }: { readonly argv: readonly string[] }, _: AbortSignal, environment: object) => {
        ran.push(`${argv.join(' ')} ${JSON.stringify(environment)}`);
        return { exitCode: 0, signal: null, timedOut: false, outputTail: '', ...result };
      },
    }) as unknown as Host;
  const run = (tool: string, physical = '/') =>
    trustEffects.run({ target: `trust:${tool}`, verb: 'command', id: 'e1' }, host(physical), signal);
  await run('update-ca-trust');
  await run('update-ca-certificates');
  t.strictSame(ran, [
    'update-ca-trust extract {"KEELSON_EFFECT_ID":"e1"}',
    'update-ca-certificates {"KEELSON_EFFECT_ID":"e1"}',
  ]);
  await t.rejects(run('update-ca-trust', '/sandbox'), { name: 'EffectSkipped' });
  t.equal(ran.length, 2);
  result = { exitCode: 3, outputTail: 'not shown' };
  await t.rejects(run('update-ca-trust'), { code: 'KSN-EFFECT-004', message: /update-ca-trust: exit 3/ });
  result = { exitCode: null, startError: 'ENOENT' };
  await t.rejects(run('update-ca-trust'), { code: 'KSN-EFFECT-003' });
  result = { exitCode: null, timedOut: true };
  await t.rejects(run('update-ca-trust'), { message: /not done within 60 s/ });
  await t.rejects(run('rm'), { code: 'KSN-BASE-001' });
});
