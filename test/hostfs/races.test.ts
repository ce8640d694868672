/** Somebody else acts between two of our primitives, or we do while one is on its way. */
import t from 'tap';
import { interpose } from '../../hostfs/interpose.ts';
import { losesAll } from '../../hostfs/memory-crash.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import type { Primitives } from '../../hostfs/primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { memoryRoot, sha256, sha256Of } from '../support/roots.ts';
import { fails, folder, plain, publishFile, text } from './contract.ts';
import { Outsider } from './outsider.ts';

/** Calls `act` once, before the first primitive of that name from now on. */
function before(host: MemoryHost, primitive: string, act: () => void): void {
  host.onPrimitive = (call) => {
    if (call.primitive !== primitive) return;
    host.onPrimitive = undefined;
    act();
  };
}

t.test('a change during a sync is owed after it', async (t) => {
  const host = new MemoryHost();
  let gate = Promise.resolve();
  const slow = new Proxy(host.primitives, {
    get: (target, key) =>
      key === 'sync'
        ? async (handle: Parameters<Primitives['sync']>[0]) => {
            await target.sync(handle);
            await gate;
          }
        : Reflect.get(target, key, target),
  });
  const fs = await openRoot(slow, { ids: 'as-is' });
  await fs.stage('/a', '.a', Buffer.from('a'), plain);
  await fs.stage('/b', '.b', Buffer.from('b'), plain);
  await fs.publish('/a', '.a');
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  const flushing = fs.flush();
  await fs.publish('/b', '.b');
  resolve();
  await flushing;
  await fs.flush();
  await using after = await openRoot(host.crash(losesAll).primitives, { ids: 'as-is' });
  t.strictSame(await after.list('/'), ['a', 'b']);
});

t.test('a thing that goes during its audit is absent, and the others are still found', async (t) => {
  for (let step = 1, reached = true; reached; step += 1) {
    await using root = await memoryRoot();
    using outsider = new Outsider(root.outside);
    for (const name of ['a', 'b', 'c']) await publishFile(root, `/${name}`, name);
    outsider.attribute('/b', 'user.x', 'y');
    reached = false;
    let calls = 0;
    root.host.onPrimitive = () => {
      calls += 1;
      if (calls !== step) return;
      reached = true;
      outsider.remove('/b');
    };
    const seen = await Array.fromAsync(root.fs.auditTree('/', sha256, new AbortController().signal));
    root.host.onPrimitive = undefined;
    const names = seen.map((entry) => entry.path).join('');
    if (names !== '/a/c' && names !== '/a/b/c') t.fail(`removed at step ${step}: ${names}`);
    t.equal(seen.find((entry) => entry.path === '/c')?.digest, sha256Of('c'));
  }
});

t.test('a thing that becomes another during its audit is told as the one or the other', async (t) => {
  for (const [was, is] of [
    ['link', 'file'],
    ['file', 'link'],
    ['file', 'directory'],
    ['directory', 'link'],
  ] as const) {
    for (let step = 1, reached = true; reached; step += 1) {
      await using root = await memoryRoot();
      using outsider = new Outsider(root.outside);
      for (const [path, type] of [
        ['/x', was],
        ['/other', is],
      ] as const) {
        if (type === 'link') outsider.link(path, 'target');
        else if (type === 'file') outsider.write(path, 'content');
        else outsider.directory(path);
      }
      reached = false;
      let calls = 0;
      root.host.onPrimitive = () => {
        calls += 1;
        if (calls !== step) return;
        reached = true;
        outsider.remove('/x');
        outsider.move('/other', '/x');
      };
      const entry = await root.fs.audit('/x', sha256);
      root.host.onPrimitive = undefined;
      const shown = `${entry?.type} ${entry?.target ?? entry?.digest ?? ''}`;
      const possible = [was, is].map(
        (type) => `${type} ${{ link: 'target', file: sha256Of('content'), directory: '' }[type]}`,
      );
      if (!possible.includes(shown)) t.fail(`${was} to ${is} at step ${step}: ${shown}`);
    }
  }
  t.pass();
});

t.test('a file that grows while it is read has its limit, and one digest', async (t) => {
  await using root = await memoryRoot();
  using outsider = new Outsider(root.outside);
  await publishFile(root, '/f', 'short');
  const grow = () => outsider.write('/f', 'longer'.repeat(1000));
  before(root.host, 'read', grow);
  await fails(t, root.fs.read('/f', 100), 'TOO_LARGE');
  await publishFile(root, '/f', 'short');
  before(root.host, 'read', grow);
  t.equal(text(await root.fs.read('/f')), 'longer'.repeat(1000));
  await publishFile(root, '/f', 'short');
  before(root.host, 'read', grow);
  t.match(await root.fs.audit('/f', sha256), { size: 5, digest: sha256Of('longe') });
});

t.test('a thing that is replaced while its attributes are set is told', async (t) => {
  await using root = await memoryRoot({ labels: 'full' });
  using outsider = new Outsider(root.outside);
  await publishFile(root, '/f', 'ours');
  outsider.write('/theirs', 'theirs');
  before(root.host, 'setXattr', () => outsider.move('/theirs', '/f'));
  await fails(t, root.fs.setAttributes('/f', { mode: 0o4755, uid: 1, gid: 1, label: 'x' }), 'CHANGED');
  t.match(await root.fs.lstat('/f'), { mode: 0o600, uid: 0 }, 'owner and mode of the other are left alone');
});

t.test('a directory that appears while we make it is not replaced', async (t) => {
  await using root = await memoryRoot();
  using outsider = new Outsider(root.outside);
  before(root.host, 'renameNew', () => outsider.directory('/d'));
  await fails(t, root.fs.makeDirectory('/d', { ...folder, mode: 0o755 }, '.d'), 'CHANGED');
  t.match(await root.fs.lstat('/d'), { mode: 0o700 });
  t.strictSame(await root.fs.list('/'), ['d']);
});

t.test('a special mode that the kernel drops in silence is told', async (t) => {
  const host = new MemoryHost();
  const dropping = interpose(host.primitives, {
    after: ({ primitive, args: [handle, mode] }) => {
      if (primitive === 'setMode') host.outside.setMode(handle as never, (mode as number) & 0o5777);
    },
  });
  await using fs = await openRoot(dropping, { ids: 'as-is' });
  await fails(t, fs.stage('/f', '.f', Buffer.of(), { ...plain, mode: 0o2755 }), 'DENIED');
  await fs.stage('/f', '.f', Buffer.of(), { ...plain, mode: 0o4755 });
  t.strictSame(await fs.list('/'), ['.f']);
});

t.test('a file that may not be read is told without a digest', async (t) => {
  await using root = await memoryRoot();
  await publishFile(root, '/f', 'secret');
  root.host.fail((call) => (call.primitive === 'openFile' ? 'EACCES' : undefined));
  t.match(await root.fs.audit('/f', sha256), { type: 'file', size: 6, digest: undefined });
  await fails(t, root.fs.read('/f'), 'DENIED');
});

t.test('faults are found by path', async (t) => {
  await using root = await memoryRoot();
  await root.fs.ensureDirectory('/etc/app', folder);
  root.host.fail((call) => (call.primitive === 'sync' && call.path === '/etc/app/.f' ? 'EIO' : undefined));
  await fails(t, root.fs.stage('/etc/app/f', '.f', Buffer.of(), plain), 'IO');
  await root.fs.stage('/etc/app/f', '.other', Buffer.of(), plain);
});

t.test('the event loop turns during a long run of small looks', async (t) => {
  await using root = await memoryRoot();
  await publishFile(root, '/f', 'x');
  let turns = 0;
  let running = true;
  const turn = () => {
    turns += 1;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  const until = performance.now() + 200;
  while (performance.now() < until) await root.fs.lstat('/f');
  running = false;
  t.ok(turns >= 3, `${turns} turns in 200 ms`);
});
