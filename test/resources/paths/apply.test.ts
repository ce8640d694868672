import t from 'tap';
import { execFileSync } from 'node:child_process';
import { linkSync, lstatSync } from 'node:fs';
import { expandSections } from '../../../agent/desired/items.ts';
import { directories } from '../../../agent/resources/directories/index.ts';
import { files } from '../../../agent/resources/files/index.ts';
import { links } from '../../../agent/resources/links/index.ts';
import type { Target } from '../../../agent/resources/kind.ts';
import { LittleEngine, never } from '../../contract/little-engine.ts';
import { folderHost } from '../../support/folder-host.ts';
import { memoryHost } from '../../support/memory-host.ts';
import type { TestHost } from '../../support/test-host.ts';
import { picture, plant, uproot } from '../../support/tree.ts';

const kinds = [directories, files, links];

function expanded(host: TestHost, sections: Record<string, Record<string, unknown>>) {
  const items = expandSections(sections, kinds, host.context);
  host.stores.learn(items);
  return items;
}

const text = (inline: string, more: Record<string, unknown> = {}) => ({ content: { inline }, ...more });

t.test('a generation with folders, files and links', async (t) => {
  const host = await memoryHost();
  const engine = new LittleEngine(kinds, host);
  await plant(host.hosts.mutate.fs, { '/etc/hosts': { file: 'x' } });
  const before = await picture(host);
  const items = expanded(host, {
    files: { '/etc/haproxy/conf.d/a': text('a'), '/srv/x/y/z': text('z') },
    links: { '/etc/haproxy/current': { target: 'conf.d' } },
    directories: { '/srv/x': { mode: '0700' } },
  });
  await engine.converge(items);
  t.same((await engine.look(items)).changes, []);
  t.same(
    [...engine.ledger.keys()].toSorted(),
    [
      'directory:/etc/haproxy',
      'directory:/etc/haproxy/conf.d',
      'directory:/srv',
      'directory:/srv/x',
      'directory:/srv/x/y',
      'file:/etc/haproxy/conf.d/a',
      'file:/srv/x/y/z',
      'link:/etc/haproxy/current',
    ],
    'folders that were there are not ours',
  );
  await engine.converge([]);
  t.same(await picture(host), before);
});

t.test('folders that others use stay', async (t) => {
  const host = await memoryHost();
  const engine = new LittleEngine(kinds, host);
  await engine.converge(expanded(host, { files: { '/opt/a/x': text('a') } }));
  await plant(host.hosts.mutate.fs, { '/opt/a/foreign': { file: 'not ours' } });
  const changes = await engine.converge([]);
  t.match(await picture(host), [/^\/opt directory/, /^\/opt\/a directory/, /foreign/]);
  t.equal(engine.ledger.size, 0);
  const change = changes.find(({ address }) => address === 'directory:/opt/a');
  const target: Target<never, never> = { address: 'directory:/opt/a', item: null, owned: null };
  t.match(await directories.probe(target, null, host.hosts.read, never), {
    is: 'healthy',
    reason: { message: /not empty/ },
  });
  t.equal(change?.summary, 'delete once empty');
});

t.test('an implied folder may be a link, but no file', async (t) => {
  const host = await memoryHost();
  const engine = new LittleEngine(kinds, host);
  await plant(host.hosts.mutate.fs, {
    '/run/x': { directory: true },
    '/var/run': { link: '/run' },
    '/bad': { file: '' },
  });
  const items = expanded(host, { files: { '/var/run/x/y': text('y') } });
  await engine.converge(items);
  t.equal(Buffer.from(await host.hosts.read.fs.read('/run/x/y')).toString(), 'y');
  t.same((await engine.look(items)).changes, []);
  const look = await engine.look(expanded(host, { files: { '/bad/y': text('y') } }));
  t.match(look.waits, [{ address: 'directory:/bad', reason: { code: 'KSN-FILE-014' } }]);
});

t.test('attributes change in place', async (t) => {
  const host = await folderHost(t);
  const engine = new LittleEngine(kinds, host);
  const real = (path: string) => host.hosts.read.fs.physical(path);
  await engine.converge(expanded(host, { files: { '/etc/x': text('x', { mode: '0600' }) } }));
  linkSync(real('/etc/x'), real('/etc/hard'));
  await engine.converge(expanded(host, { files: { '/etc/x': text('x', { mode: '4755' }) } }));
  t.equal(lstatSync(real('/etc/x')).ino, lstatSync(real('/etc/hard')).ino);
  t.match(await host.hosts.read.fs.lstat('/etc/x'), { mode: 0o4755 });
});

t.test('half-changed attributes are our own doing', async (t) => {
  const host = await memoryHost();
  const engine = new LittleEngine(kinds, host);
  await plant(host.hosts.mutate.fs, { '/srv': { directory: true, mode: 0o2755, uid: 1, gid: 2 } });
  const items = expanded(host, { directories: { '/srv': { mode: '1770', owner: 3, group: 4 } } });
  const waves = await engine.stage(engine.number((await engine.look(items)).changes));
  const [change] = waves.flat();
  for (const [uid, gid, mode] of [
    [3, 4, 0o755],
    [1, 4, 0o2755],
    [3, 4, 0o2755],
    [1, 2, 0o1770],
  ] as const) {
    await host.hosts.mutate.fs.setAttributes('/srv', { uid, gid, mode });
    const seen = (await engine.look(items)).seen.get('directory:/srv');
    t.ok(
      seen !== undefined &&
        'state' in seen &&
        directories.between?.(seen.state as never, change?.from as never, change?.to as never),
    );
    await engine.apply(waves);
    t.match(await host.hosts.read.fs.lstat('/srv'), { uid: 3, gid: 4, mode: 0o1770 });
  }
  await host.hosts.mutate.fs.setAttributes('/srv', { uid: 9, gid: 4, mode: 0o755 });
  await t.rejects(engine.apply(waves), { name: 'ThirdStateError' });
});

t.test('a file is never seen half changed', async (t) => {
  const host = await memoryHost();
  const engine = new LittleEngine(kinds, host);
  await plant(host.hosts.mutate.fs, { '/etc/x': { file: 'x', mode: 0o4755, uid: 1, gid: 2 } });
  const items = expanded(host, { files: { '/etc/x': text('x', { mode: '2750', owner: 3, group: 4 }) } });
  const pictures = new Set<string>();
  const outside = host.machine.outside;
  const root = outside.openRoot();
  const etc = outside.openDirectory(root, 'etc');
  host.machine.onPrimitive = () => {
    const stat = outside.lstat(etc, 'x');
    pictures.add(`${stat?.uid}:${stat?.gid} ${stat?.mode.toString(8)}`);
  };
  await engine.converge(items);
  await engine.look(items);
  t.same([...pictures], ['1:2 4755', '3:4 2750']);
});

t.test('a directory with something in it is never replaced', async (t) => {
  const host = await memoryHost();
  const engine = new LittleEngine(kinds, host);
  await plant(host.hosts.mutate.fs, { '/etc/x/inside': { file: 'precious' } });
  const before = await picture(host);
  const items = expanded(host, { files: { '/etc/x': text('x') } });
  const waves = await engine.stage(engine.number((await engine.look(items)).changes));
  await t.rejects(engine.apply(waves), { code: 'KSN-FILE-006', retryable: false });
  await engine.abort(waves.flat());
  t.same(await picture(host), before);
});

t.test('a missing folder is said', async (t) => {
  const host = await memoryHost();
  const engine = new LittleEngine([files], host);
  await plant(host.hosts.mutate.fs, { '/etc/dangling': { link: 'nowhere' } });
  for (const path of ['/etc/dangling/x', '/none/x']) {
    const items = files.expand({ [path]: text('') }, host.context);
    host.stores.learn(items);
    const waves = await engine.stage(engine.number((await engine.look(items)).changes));
    await t.rejects(engine.apply(waves), { code: 'KSN-FILE-015' });
  }
});

t.test('a FIFO in the place of our file is replaced, a foreign one is not', async (t) => {
  const host = await folderHost(t);
  const engine = new LittleEngine(kinds, host);
  const fifo = (path: string) => execFileSync('/usr/bin/mkfifo', [host.hosts.read.fs.physical(path)]);
  const items = expanded(host, { files: { '/etc/x': text('x') } });
  await engine.converge(items);
  await uproot(host.hosts.mutate.fs, '/etc/x');
  fifo('/etc/x');
  await engine.converge(items);
  t.equal(Buffer.from(await host.hosts.read.fs.read('/etc/x')).toString(), 'x');
  fifo('/etc/y');
  await t.rejects(engine.converge(expanded(host, { files: { '/etc/y': text('y') } })), { code: 'KSN-FILE-007' });
});

t.test('labels', async (t) => {
  const host = await memoryHost({ selinux: true, memory: { labels: 'full' } });
  const engine = new LittleEngine(kinds, host);
  const label = async (path: string) => (await host.hosts.read.fs.lstat(path))?.label;
  const items = (type: string, content = 'x') =>
    expanded(host, { files: { '/etc/x': text(content, { label: type }) }, directories: { '/srv': { label: type } } });
  await engine.converge(items('container_file_t'));
  t.equal(await label('/etc/x'), 'system_u:object_r:container_file_t:s0');
  t.equal(await label('/srv'), 'system_u:object_r:container_file_t:s0');
  await engine.converge(items('system_u:object_r:etc_t:s0'));
  t.equal(await label('/etc/x'), 'system_u:object_r:etc_t:s0');
  t.same((await engine.look(items('etc_t'))).changes, []);
  await engine.converge(expanded(host, { files: { '/etc/x': text('changed') }, directories: { '/srv': {} } }));
  t.equal(await label('/etc/x'), 'system_u:object_r:etc_t:s0', 'a spec without one leaves it');
});

t.test('two words for one owner', async (t) => {
  const host = await memoryHost({ users: { haproxy: 99 }, groups: { web: 98 } });
  const engine = new LittleEngine(kinds, host);
  const named = () => expanded(host, { files: { '/etc/x': text('x', { owner: 'haproxy', group: 'web' }) } });
  const numbered = (mode: string) =>
    expanded(host, { files: { '/etc/x': text('x', { owner: 99, group: '98', mode }) } });
  await plant(host.hosts.mutate.fs, { '/etc/x': { file: 'x', uid: 99, gid: 98 } });
  for (const items of [named(), numbered('0600'), numbered('0644'), named(), numbered('0640')]) {
    await engine.converge(items);
    t.same((await engine.look(items)).changes, []);
  }
  await engine.converge([]);
  t.match(await host.hosts.read.fs.lstat('/etc/x'), { uid: 99, gid: 98, mode: 0o644 });
});

t.test('an exclusive directory reports what is foreign in it', async (t) => {
  const host = await memoryHost();
  const engine = new LittleEngine(kinds, host);
  const items = expanded(host, { directories: { '/etc/d': { exclusive: true } }, files: { '/etc/d/ours': text('x') } });
  await engine.converge(items);
  await plant(host.hosts.mutate.fs, { '/etc/d/foreign': { file: '' }, '/etc/d/deep/er': { file: '' } });
  const { targets } = await engine.look(items);
  const own = targets.filter(({ address }) => address.startsWith('directory:')) as never;
  const found = await directories.discover?.(host.hosts.read, new Set(items.map(({ address }) => address)), never, own);
  t.same(
    found?.targets.map(({ address }) => address),
    ['directory:/etc/d/deep', 'directory:/etc/d/foreign'],
  );
  const seen = await directories.observe(found?.targets as never, host.hosts.read, never);
  const planned = directories.plan({ targets: found?.targets as never, seen, now: 0 });
  t.same(planned.changes, []);
  t.match(planned.notes, [{ reason: { code: 'KSN-FILE-013' } }, { reason: { code: 'KSN-FILE-013' } }]);
});

t.test('watching', async (t) => {
  const host = await folderHost(t);
  const engine = new LittleEngine(kinds, host);
  const items = expanded(host, { files: { '/etc/d/x': text('x'), '/etc/d/y': text('y') } });
  await engine.converge(items);
  const { targets } = await engine.look(items);
  const stop = new AbortController();
  const hints = files.watch?.(
    targets.filter(({ address }) => address.startsWith('file:')) as never,
    host.hosts.read,
    stop.signal,
  );
  const next = hints?.[Symbol.asyncIterator]().next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await plant(host.hosts.mutate.fs, { '/etc/d/x': { file: 'edited' } });
  t.match(await next, { value: { kind: 'files', addresses: ['file:/etc/d/x'] } });
  stop.abort();
});
