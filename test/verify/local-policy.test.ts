import t from 'tap';
import type { Entry, ReadFileSystem } from '../../hostfs/filesystem.ts';
import {
  checkPolicy,
  DEFAULT_POLICY,
  keptFrom,
  pathRefusal,
  PROTECTED_FOLDERS,
  type LocalPolicy,
} from '../../agent/verify/local-policy.ts';
import { checkResolvedPaths } from '../../agent/verify/resolved-paths.ts';
import { VERIFY_ERRORS } from '../../agent/verify/errors.ts';
import { decide } from '../../agent/verify/replay-guard.ts';
import { documentWith, fakeKinds, validate } from '../desired/fake-kinds.ts';
import { unusedCodes } from '../support/codes-used.ts';
import { node, payload, person, refusal, signed, trustOf } from './signing.ts';

function told(spec: string, policy: Partial<LocalPolicy> = {}): string[] {
  const checked = validate(documentWith(spec));
  if (checked.spec === null) throw new Error(JSON.stringify(checked.findings));
  return checkPolicy(checked.items, checked.spec, fakeKinds, { ...DEFAULT_POLICY, ...policy }).map(
    ({ code, element }) => `${code} ${element}`,
  );
}

t.test("the agent's own folders are no spec's, by any claim", async (t) => {
  for (const folder of PROTECTED_FOLDERS) {
    t.strictSame(told(`boxes: { ${folder}/a/b: {} }`), [`KSN-VERIFY-021 box:${folder}/a/b`]);
    t.strictSame(told(`boxes: { ${folder}: {} }`), [`KSN-VERIFY-021 box:${folder}`]);
    t.strictSame(told(`boxes: { ${folder}: { tree: true } }`), [`KSN-VERIFY-021 box:${folder}`]);
  }
  t.strictSame(told('boxes: { /etc: { tree: true } }'), ['KSN-VERIFY-021 box:/etc'], 'a tree that holds one');
  t.strictSame(told('folders: { /var/lib: {} }'), ['KSN-VERIFY-021 directory:/var/lib'], 'a parent of one');
  t.strictSame(
    told('boxes: { /etc/keelson.conf: {}, /etc/x/y: {}, /var/lib/keelson/certs/haproxy: { tree: true } }'),
    [],
  );
  t.match(pathRefusal('/srv/../etc/keelson/x', DEFAULT_POLICY), /not a plain/);
});

t.test('roots, kinds, limits and programs', async (t) => {
  const paths = { allow: ['/etc/haproxy', '/srv'], deny: ['/srv/secret'] };
  t.strictSame(
    told('boxes: { /etc/haproxy/a: {}, /srv/b: {} }', { paths }),
    [],
    'implied directories above are no claim of the spec',
  );
  t.strictSame(
    told('boxes: { /etc/haproxy2/a: {}, /srv/secret/b: {}, /opt/x: {} }', { paths }),
    ['KSN-VERIFY-021 box:/etc/haproxy2/a', 'KSN-VERIFY-021 box:/opt/x', 'KSN-VERIFY-021 box:/srv/secret/b'],
    'all at once',
  );
  t.strictSame(told('boxes: { /srv: { tree: true } }', { paths }), ['KSN-VERIFY-021 box:/srv']);
  t.strictSame(told('boxes: { /a: {} }\nfolders: { /b: {} }', { kinds: ['folders'] }), ['KSN-VERIFY-020 box:/a']);
  t.strictSame(told('boxes: { /a: {}, /b: {} }', { limits: { resources: 1, bytes: 10 } }), ['KSN-VERIFY-022 spec']);
  t.strictSame(
    told('boxes: { /a: { content: { inline: "123456" } }, /b: { content: { inline: "12345" } } }', {
      limits: { resources: 9, bytes: 10 },
    }),
    ['KSN-VERIFY-022 spec'],
  );
  const programs = `gates: [ { exec: [three] } ]
boxes:
  /a: { check: { exec: [one] }, gates: [ { exec: [two] } ], onChange: { "command:x": { exec: [four, one] } } }`;
  t.strictSame(told(programs), []);
  t.strictSame(told(programs, { commands: ['one'] }), [
    'KSN-VERIFY-023 box:/a',
    'KSN-VERIFY-023 box:/a',
    'KSN-VERIFY-023 spec',
  ]);
  t.strictSame(told(programs, { commands: ['one', 'two', 'three', 'four'] }), []);
});

t.test("no gate asks what lies in the agent's own folders, wherever these are", async (t) => {
  const asks = (path: string) => `gates: [ { file: ${path}, contains: x } ]
boxes: { /a: { gates: [ { file: ${path}, absent: true } ] } }`;
  const refused = ['KSN-VERIFY-025 box:/a', 'KSN-VERIFY-025 spec'];
  for (const path of ['/var/lib/keelson/node-key', '/var/lib/keelson/specs/ab', '/etc/keelson/x', '/run/keelson/x'])
    t.strictSame(told(asks(path)), refused, path);
  for (const path of ['/var/lib/keelson/certs/web.pem', '/proc/cmdline', '/var/lib/keelsonx'])
    t.strictSame(told(asks(path)), [], path);
  const moved = (...own: string[]) => keptFrom(DEFAULT_POLICY, own);
  t.strictSame(told(asks('/srv/keelson/journal'), moved('/srv/keelson')), refused);
  t.strictSame(told(asks('/var/lib/keelson/certs/journal'), moved('/var/lib/keelson/certs')), refused);
  t.strictSame(told(asks('/var/lib/keelson/certs/state/journal'), moved('/var/lib/keelson/certs/state')), refused);
  t.strictSame(told(asks('/srv/data'), { paths: { allow: ['/a'], deny: ['/srv'] } }), [], 'a gate owns nothing');
});

t.test('a signature does not buy what policy refuses', async (t) => {
  const ana = person('ana', ['*']);
  const bytes = payload({}, {}, { boxes: { '/etc/keelson/trust.d/eve.yaml': {} } });
  t.strictSame(refusal(signed(bytes, ana), node(trustOf([ana]))), ['KSN-VERIFY-021']);
});

t.test('links of the host do not lead around policy', async (t) => {
  const links: Readonly<Record<string, string>> = {
    '/srv/x': '../etc',
    '/var/run': '/run',
    '/loop': '/loop',
    '/srv/fine': 'y',
  };
  const fs: Pick<ReadFileSystem, 'lstat'> = {
    lstat: (path) => {
      const target = links[path];
      const entry = {
        type: 'link',
        mode: 0,
        uid: 0,
        gid: 0,
        size: 0,
        device: 1,
        inode: 1,
        links: 1,
        modifiedMs: 0,
      } as const;
      return Promise.resolve<Entry | null>(target === undefined ? null : { ...entry, target });
    },
  };
  const { items } = validate(
    documentWith(
      'boxes: { /srv/x/keelson/config: {}, /srv/x/hosts: {}, /var/run/keelson/a: {}, /loop/a: {}, /srv/fine/a: {}, /srv/x/keelson: {} }'.replace(
        ', /srv/x/keelson: {}',
        '',
      ),
    ),
  );
  const reasons = await checkResolvedPaths(items, [], fs, DEFAULT_POLICY);
  t.strictSame(
    reasons.map(({ code, element }) => `${code} ${element}`),
    ['KSN-VERIFY-024 box:/srv/x/keelson/config', 'KSN-VERIFY-024 box:/var/run/keelson/a'],
  );
  t.match(reasons[0]?.message, /in truth \/etc\/keelson\/config, which lies in \/etc\/keelson/);
});

t.test('the guard decides by the newest of the series', async (t) => {
  const at = (generation: number, digest = 'sha256:a') => ({ series: 'lb', generation, digest });
  const newest = { generation: 5, digest: 'sha256:a', floor: 3 };
  t.match(decide(at(1), null), { is: 'newer' });
  t.match(decide(at(6), newest), { is: 'newer' });
  t.match(decide(at(5), newest), { is: 'already' });
  t.match(decide(at(5, 'sha256:b'), newest), { is: 'refused', reason: { code: 'KSN-VERIFY-010' } });
  t.match(decide(at(4), newest), { is: 'refused', reason: { code: 'KSN-VERIFY-009' } });
  t.match(decide(at(2), newest), { is: 'refused', reason: { code: 'KSN-VERIFY-012' } });
});

t.test('every code of the catalogue is raised somewhere', async (t) => {
  t.strictSame(unusedCodes(VERIFY_ERRORS), []);
});
