import t from 'tap';
import fc from 'fast-check';
import { ConfigError } from '../../agent/config/errors.ts';
import { loadConfig, type LoadOptions } from '../../agent/config/load.ts';
import type { Reason } from '../../agent/base/errors.ts';
import { Outsider } from '../hostfs/outsider.ts';
import { memoryRoot } from '../support/roots.ts';
import { plant, type Tree } from '../support/tree.ts';

const etc = '/etc/keelson/config.d';

async function load(tree: Tree, more: Partial<LoadOptions> = {}) {
  await using root = await memoryRoot();
  await plant(root.fs, tree);
  return await loadConfig({ files: root.fs, ...more });
}

async function faults(tree: Tree, more: Partial<LoadOptions> = {}): Promise<readonly Reason[]> {
  try {
    await load(tree, more);
  } catch (error) {
    if (error instanceof ConfigError) return error.findings;
    throw error;
  }
  return [];
}

const yaml = (text: string, name = '10-x.yaml'): Tree => ({ [`${etc}/${name}`]: { file: text } });
const says = (reasons: readonly Reason[]) =>
  reasons.map(({ code, message, place }) => `${code} ${place?.line ?? '-'}:${place?.column ?? '-'} ${message}`);

t.test('without files everything has its default', async (t) => {
  const { settings, effective } = await load({});
  t.match(settings, {
    node: { name: null, labels: {} },
    paths: { state: '/var/lib/keelson', runtime: '/run/keelson', manifests: '/etc/kubernetes/manifests' },
    mode: { node: 'enforce', kinds: {} },
    sources: { folder: '/etc/keelson/specs.d' },
    trust: { threshold: 1, seriesThreshold: {}, allowUnsigned: [] },
    policy: { kinds: 'any', paths: { allow: ['/'], deny: [] }, commands: 'any', adoption: 'allow' },
    drift: { settleMs: 2_000, settleZero: [] },
    log: { level: 'info' },
    sockets: { group: null },
  });
  t.ok((await effective()).every(({ origin }) => origin === 'default'));
});

t.test('settings are frozen to the bottom', async (t) => {
  const { settings } = await load(yaml('policy: { paths: { allow: [/etc] } }\nnode: { labels: { role: lb } }'));
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    t.ok(Object.isFrozen(value));
    for (const each of Object.values(value)) walk(each);
  };
  walk(settings);
});

t.test('names order files over all folders; of one name the last folder wins; /dev/null masks', async (t) => {
  const { settings, effective } = await load({
    '/usr/lib/keelson/config.d/10-image.yaml': { file: 'log: { level: debug }\nnode: { name: image }' },
    '/usr/lib/keelson/config.d/50-mode.yaml': { file: 'mode: { node: observe }\n' },
    '/usr/lib/keelson/config.d/90-late.yaml': { file: 'node: { labels: { zone: image } }' },
    '/etc/keelson/config.d/10-image.yaml': { file: '# ours\nnode:\n  name: etc\n' },
    '/etc/keelson/config.d/50-mode.yaml': { link: '/dev/null' },
    '/etc/keelson/config.d/60-labels.json': { file: '{\n  "node": {"labels": {"role": "lb", "zone": "etc"}}\n}' },
    '/run/keelson/config.d/20-now.yaml': { file: 'drift: { settle: 0s }' },
    '/etc/keelson/config.d/.hidden.yaml': { file: 'nonsense: 1' },
    '/etc/keelson/config.d/10-x.yaml.rpmnew': { file: 'nonsense: 1' },
  });
  t.match(settings, {
    log: { level: 'info' },
    node: { name: 'etc', labels: { role: 'lb', zone: 'image' } },
    mode: { node: 'enforce' },
    drift: { settleMs: 0 },
  });
  const origins = new Map((await effective()).map(({ key, origin }) => [key, origin]));
  t.equal(origins.get('node.name'), `${etc}/10-image.yaml:3`);
  t.equal(origins.get('node.labels.role'), `${etc}/60-labels.json:2`);
  t.equal(origins.get('node.labels.zone'), '/usr/lib/keelson/config.d/90-late.yaml:1');
  t.equal(origins.get('mode.node'), 'default');
});

t.test('an extra file comes last, or alone', async (t) => {
  const tree = yaml('log: { level: warn }\nmode: { node: observe }');
  const extra = { file: './mine.yaml', bytes: Buffer.from('log: { level: error }') };
  t.match((await load(tree, { extra })).settings, { log: { level: 'error' }, mode: { node: 'observe' } });
  const alone = await load(tree, { extra, folders: [] });
  t.match(alone.settings, { log: { level: 'error' }, mode: { node: 'enforce' } });
  t.match(await alone.effective().then((all) => all.find(({ key }) => key === 'log.level')), {
    value: 'error',
    origin: './mine.yaml:1',
  });
});

t.test('lists are replaced whole, null takes the default again, empty sections say nothing', async (t) => {
  const { settings } = await load({
    ...yaml(
      'policy: { paths: { deny: [/etc/a, /etc/b] } }\nlog: { level: debug }\nnode: { labels: { a: x, b: y } }',
      '10.yaml',
    ),
    ...yaml(
      'policy: { paths: { deny: [/etc/c] } }\nlog: { level: null }\nnode:\n  labels: { a: null }\ndrift:\n',
      '20.yaml',
    ),
  });
  t.match(settings, { policy: { paths: { deny: ['/etc/c'] } }, log: { level: 'info' } });
  t.strictSame(settings.node.labels, { b: 'y' });
});

t.test('values with units are shown as they are written', async (t) => {
  const { effective } = await load(
    yaml('drift: { settle: 90s }\nsources: { poll: 1h }\npolicy: { limits: { bytes: 2048KiB } }'),
  );
  const values = new Map((await effective()).map(({ key, value }) => [key, value]));
  t.equal(values.get('drift.settle'), '1m30s');
  t.equal(values.get('sources.poll'), '1h');
  t.equal(values.get('policy.limits.bytes'), '2MiB');
});

t.test('what is shown reads as what it was', async (t) => {
  const { effective, settings } = await load(
    yaml(
      'drift: { settle: 1h2m3s4ms, settleZero: [/etc/a] }\ntrust: { threshold: 2, allowUnsigned: ["dev-*"] }\nnode: { name: lb-a, labels: { a/b.c: x } }',
    ),
  );
  const tree: Record<string, unknown> = {};
  for (const { key, value } of await effective()) {
    const names = key.replaceAll(/\['([^']+)'\]/g, '\0$1').split(/[.\0]/);
    const path = key.includes('[') ? ['node', 'labels', 'a/b.c'] : names;
    let at = tree;
    for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>;
    at[path.at(-1) ?? ''] = value;
  }
  t.strictSame((await load({ [`${etc}/x.json`]: { file: JSON.stringify(tree) } })).settings, settings);
});

t.test('all findings at once, each with its place and remedy', async (t) => {
  const found = await faults({
    ...yaml(
      'mode:\n  nod: observe\ndrift:\n  settle: 10\nlogs: { level: x }\nlog: { level: loud }\nnode:\n  labels: { rack: 12, "": x }\n',
      '10.yaml',
    ),
    ...yaml('paths: { state: var/lib }\npolicy: { paths: { allow: [/a, ../b] }, kinds: 3 }\ntrust: 1\n', '20.yaml'),
  });
  t.strictSame(says(found), [
    "KSN-CFG-005 2:3 there is no setting 'mode.nod'",
    'KSN-CFG-006 4:3 drift.settle takes a duration with its unit, such as 500ms, 2s or 10m',
    "KSN-CFG-005 5:1 there is no setting 'logs'",
    "KSN-CFG-006 6:8 log.level takes 'error', 'warn', 'info' or 'debug'",
    'KSN-CFG-006 8:13 node.labels.rack takes text of at most 128 characters, in quotes where it looks like a number or a truth value',
    "KSN-CFG-006 8:23 node.labels[''] is not a label name",
    'KSN-CFG-006 1:10 paths.state takes an absolute path without . or .. in it',
    'KSN-CFG-006 2:20 policy.paths.allow takes a list, each an absolute path without . or .. in it',
    "KSN-CFG-006 2:41 policy.kinds takes 'any', or a list, each the name of a kind",
    'KSN-CFG-006 3:1 trust takes a map of settings',
  ]);
  t.match(found[0], { remedy: 'Did you mean node?', place: { file: `${etc}/10.yaml` } });
  t.match(found[2], { remedy: 'Did you mean log?' });
});

t.test('the same places in JSON', async (t) => {
  t.strictSame(says(await faults({ [`${etc}/x.json`]: { file: '{\n  "mode": {\n    "node": "obey" } }' } })), [
    "KSN-CFG-006 3:5 mode.node takes 'observe' or 'enforce'",
  ]);
});

t.test('text that cannot be read', async (t) => {
  const syntax = await faults({
    ...yaml('a: [1,\n', '1.yaml'),
    ...yaml('a: 1\na: 2', '2.yaml'),
    ...yaml('a: !x 1', '3.yaml'),
    ...yaml('--- 1\n--- 2', '4.yaml'),
    ...yaml('{"a": }', '5.json'),
    [`${etc}/6.yaml`]: { file: Buffer.from([0xff, 0xfe]) },
    ...yaml('- 1', '7.yaml'),
    ...yaml(`a: &x [${'1,'.repeat(50)}]\nb: [${'*x,'.repeat(200)}]`, '8.yaml'),
  });
  const byFile = new Map(syntax.map((reason) => [reason.place?.file, reason.code]));
  for (const name of ['1.yaml', '2.yaml', '3.yaml', '4.yaml', '5.json', '6.yaml', '8.yaml'])
    t.equal(byFile.get(`${etc}/${name}`), 'KSN-CFG-004', name);
  t.equal(byFile.get(`${etc}/7.yaml`), 'KSN-CFG-006');
});

t.test('files that are not trusted or not there', async (t) => {
  const found = await faults({
    [`${etc}/1.yaml`]: { file: 'log: { level: debug }', mode: 0o666 },
    [`${etc}/2.yaml`]: { link: '../elsewhere.yaml' },
    [`${etc}/3.yaml`]: { directory: true },
    [`${etc}/4.yaml`]: { file: `# ${'x'.repeat(300_000)}` },
    [`${etc}/5.yaml`]: { file: '' },
  });
  t.strictSame(
    found.map(({ code }) => code),
    ['KSN-CFG-003', 'KSN-CFG-002', 'KSN-CFG-002', 'KSN-CFG-002'],
  );
  await using root = await memoryRoot();
  await plant(root.fs, yaml('log: { level: debug }'));
  root.host.fail(({ primitive }) => (primitive === 'openFile' ? 'EIO' : undefined));
  await t.rejects(loadConfig({ files: root.fs }), { code: 'KSN-CFG-001', findings: [{ code: 'KSN-CFG-002' }] });
});

t.test('settings that contradict each other', async (t) => {
  t.strictSame(says(await faults(yaml('paths:\n  state: /run/keelson'))), [
    'KSN-CFG-007 2:3 paths.state (/run/keelson) lies in paths.runtime (/run/keelson), which a reboot empties',
  ]);
  t.match(await faults(yaml('paths: { state: /run/keelson/state }')), [
    { code: 'KSN-CFG-007', element: 'paths.state' },
  ]);
});

t.test('the label node is the name of the node, and can be nothing else', async (t) => {
  t.strictSame(await faults(yaml('node: { name: lb-a, labels: { node: lb-a } }')), []);
  for (const text of ['node: { name: lb-a, labels: { node: lb-b } }', 'node: { labels: { node: lb-a } }'])
    t.match(await faults(yaml(text)), [{ code: 'KSN-CFG-007', element: 'node.labels.node' }], text);
});

t.test('health is for specs to say: what a node says of it would do nothing', async (t) => {
  t.match(await faults(yaml('health: { stableFor: 20s }')), [{ code: 'KSN-CFG-005', element: 'health' }]);
});

t.test('kinds are known only to who names them', async (t) => {
  const tree = yaml('mode: { kinds: { file: observe, links: enforce } }\npolicy: { kinds: [links, staticpods] }');
  t.strictSame(await faults(tree), []);
  const found = await faults(tree, { kinds: ['files', 'links', 'staticPods'] });
  t.match(found, [
    { element: 'mode.kinds.file', remedy: 'Did you mean files?' },
    { element: 'policy.kinds', remedy: 'Did you mean staticPods?' },
  ]);
});

t.test('names of the language are no settings', async (t) => {
  const found = await faults({
    [`${etc}/x.json`]: {
      file: '{"__proto__": {"log": {"level": "debug"}}, "constructor": 1, "node": {"toString": 1}}',
    },
  });
  t.equal(found.length, 3);
  t.ok(found.every(({ code }) => code === 'KSN-CFG-005'));
});

t.test('never crashes, whatever is written', async () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const key = fc.constantFrom(
    'node',
    'labels',
    'policy',
    'paths',
    'allow',
    'mode',
    'kinds',
    'drift',
    'settle',
    'trust',
    'threshold',
    'log',
    'level',
    'x',
    '__proto__',
  );
  const tree = fc.oneof(
    fc.string(),
    value.map((v) => JSON.stringify(v)),
    fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value))).map((v) => JSON.stringify(v)),
  );
  await fc.assert(
    fc.asyncProperty(tree, fc.constantFrom('x.yaml', 'x.json'), async (text, name) => {
      for (const reason of await faults(yaml(text, name)))
        if (!reason.code.startsWith('KSN-CFG-')) throw new Error(reason.code);
    }),
    { numRuns: 300 },
  );
});

t.test('folders that others than root could change are faults, and so are those above them', async (t) => {
  const open: readonly (readonly [string, number, number])[] = [
    [etc, 0o777, 0],
    [etc, 0o1777, 0],
    [etc, 0o755, 1000],
    ['/etc/keelson', 0o757, 0],
    ['/etc', 0o755, 1000],
  ];
  for (const [path, mode, uid] of open) {
    await using root = await memoryRoot();
    await plant(root.fs, yaml('node: { name: a }'));
    await root.fs.setAttributes(path, { mode, uid, gid: 0 });
    await t.rejects(
      loadConfig({ files: root.fs }),
      { code: 'KSN-CFG-001', findings: [{ code: 'KSN-CFG-003', element: path }] },
      path,
    );
  }
  await using root = await memoryRoot();
  await root.fs.ensureDirectory(etc, { mode: 0o777, uid: 0, gid: 0 });
  await t.rejects(loadConfig({ files: root.fs }), { code: 'KSN-CFG-001' }, 'also where somebody emptied it');
});

t.test('a sticky folder above, and links of root on the way, are none; a link of others is', async (t) => {
  await using root = await memoryRoot();
  using outsider = new Outsider(root.outside);
  await plant(root.fs, { '/site/config.d/10-x.yaml': { file: 'node: { name: a }' } });
  await root.fs.setAttributes('/site', { mode: 0o1777, uid: 0, gid: 0 });
  await root.fs.ensureDirectory('/etc/keelson', { mode: 0o755, uid: 0, gid: 0 });
  outsider.link(etc, '../../site/config.d');
  t.equal((await loadConfig({ files: root.fs })).settings.node.name, 'a');
  await root.fs.setAttributes('/site/config.d', { mode: 0o777, uid: 0, gid: 0 });
  await t.rejects(loadConfig({ files: root.fs }), { code: 'KSN-CFG-001', findings: [{ element: '/site/config.d' }] });
  await root.fs.setAttributes('/site/config.d', { mode: 0o755, uid: 0, gid: 0 });
  outsider.give(etc, 1000);
  await t.rejects(loadConfig({ files: root.fs }), {
    code: 'KSN-CFG-001',
    findings: [{ code: 'KSN-CFG-003', element: etc }],
  });
});
