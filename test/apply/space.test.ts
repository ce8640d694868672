/** Ballast and the sweep of temporaries. */
import t from 'tap';
import { memoryRoot } from '../support/roots.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { Ballast } from '../../agent/apply/space.ts';
import { sweepStore, sweepTemporaries, transactionOf } from '../../agent/apply/temporaries.ts';
import { everyCrash } from './every-crash.ts';

const folder = { mode: 0o755, uid: 0, gid: 0 };
const file = { mode: 0o600, uid: 0, gid: 0 };

async function memory(capacity?: number): Promise<{ host: MemoryHost; fs: FileSystem }> {
  const host = new MemoryHost(capacity === undefined ? {} : { capacity });
  const fs = await openRoot(host.primitives, { ids: 'as-is' });
  await fs.ensureDirectory('/state', folder);
  await fs.ensureDirectory('/etc/app', folder);
  return { host, fs };
}

t.test('ballast is there before, free after', async (t) => {
  const { fs } = await memory(1024 * 1024);
  const ballast = new Ballast(fs, '/state', 64 * 1024);
  const free = async (): Promise<number> => (await fs.space('/state')).free;
  const before = await free();
  await ballast.reserveFor('1', [
    { path: '/etc/app/a', bytes: 10_000 },
    { path: '/etc/app/b', bytes: 1 },
  ]);
  t.equal(before - (await free()), 64 * 1024 + 12_288 + 4096 + 2 * 8192);
  await fs.writeDurably('/etc/filler', new Uint8Array(await free()), file);
  await t.rejects(fs.writeDurably('/etc/app/a', new Uint8Array(10_000), file), { code: 'NO_SPACE' });
  t.equal(await ballast.release('1'), 1);
  await fs.writeDurably('/etc/app/a', new Uint8Array(10_000), file);
  t.equal(await ballast.release('1'), 0);
});

t.test('wave after wave adds; a refusal leaves what was there', async (t) => {
  const { fs } = await memory(200 * 1024);
  const ballast = new Ballast(fs, '/state', 16 * 1024);
  await ballast.reserveFor('1', [{ path: '/etc/app/a', bytes: 4096 }]);
  await ballast.reserveFor('1', [{ path: '/etc/app/b', bytes: 4096 }]);
  t.equal((await fs.space('/')).free, 200 * 1024 - 16 * 1024 - 2 * (4096 + 8192));
  await t.rejects(ballast.reserveFor('1', [{ path: '/etc/app/c', bytes: 300_000 }]), { code: 'KSN-APPLY-030' });
  t.equal(await ballast.release('1'), 2);
});

t.test('no room: nothing taken', async (t) => {
  const { fs, host } = await memory(100 * 1024);
  const ballast = new Ballast(fs, '/state', 16 * 1024);
  await t.rejects(ballast.reserveFor('1', [{ path: '/etc/app/a', bytes: 90_000 }]), { code: 'KSN-APPLY-030' });
  {
    using _ = host.fail(({ primitive }) => (primitive === 'write' ? 'ENOSPC' : undefined));
    await t.rejects(ballast.reserveFor('1', []), { code: 'KSN-APPLY-030' });
  }
  t.same(await fs.list('/state'), []);
});

t.test('another device gets its own, in the nearest folder there is; recovery finds it', async (t) => {
  const { fs: plain } = await memory();
  const fs: FileSystem = new Proxy(plain, {
    get(target, key) {
      if (key === 'space') return async (path: string) => ({ free: 10 ** 9, device: path.startsWith('/etc') ? 2 : 1 });
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  await new Ballast(fs, '/state', 4096).reserveFor('1a', [{ path: '/etc/app/not/there', bytes: 5 * 1024 * 1024 }]);
  t.same(await fs.list('/state'), ['.keelson-1a.ballast-0~']);
  t.same(await fs.list('/etc/app'), ['.keelson-1a.ballast-1~', '.keelson-1a.ballast-2~']);
  const after = new Ballast(fs, '/state', 4096);
  await after.find('1a', ['/etc/app/not/there']);
  await after.find('2', ['/etc/app/not/there']);
  t.equal(await after.releaseAll(), 3);
  t.same([...(await fs.list('/etc/app')), ...(await fs.list('/state'))], []);
});

t.test('temporaries of closed transactions go, everything else stays', async (t) => {
  const { fs } = await memory();
  for (const name of [
    '.keelson-1-1~',
    '.keelson-2-1~',
    '.keelson-1.ballast-0~',
    '.keelson-x',
    'keelson-1-1~',
    '.other~',
    '.keelson-~',
    '.keelson-1-9',
  ]) {
    await fs.writeDurably(`/etc/app/${name}`, new Uint8Array(3), file);
  }
  await fs.makeDirectory('/etc/.keelson-3-1~', folder, '.x');
  await fs.makeDirectory('/etc/.keelson-4-1~', folder, '.x');
  await fs.writeDurably('/etc/.keelson-4-1~/full', new Uint8Array(3), file);
  const { removed, failed } = await sweepTemporaries(
    fs,
    ['path:/etc/app/a', 'tree:/etc/app', 'port:tcp/80', 'path:/gone/b'],
    new Set(['2']),
  );
  t.same(removed.toSorted(), ['/etc/.keelson-3-1~', '/etc/app/.keelson-1-1~', '/etc/app/.keelson-1.ballast-0~']);
  t.same(
    failed.map(({ path, error }) => [path, error.code]),
    [['/etc/.keelson-4-1~', 'KSN-APPLY-038']],
  );
  t.same(await fs.list('/etc/app'), [
    '.keelson-1-9',
    '.keelson-2-1~',
    '.keelson-x',
    '.keelson-~',
    '.other~',
    'keelson-1-1~',
  ]);
  t.equal(transactionOf('.keelson-1a-2b~'), '1a');
});

t.test('half-written files of the store go', async (t) => {
  const { fs } = await memory();
  await fs.ensureDirectory('/state/specs', folder);
  for (const path of ['/state/.journal.next.new', '/state/specs/ab', '/state/specs/.ab.new', '/state/journal'])
    await fs.writeDurably(path, new Uint8Array(1), file);
  const { removed } = await sweepStore(fs, '/state');
  t.same(removed, ['/state/.journal.next.new', '/state/specs/.ab.new']);
});

t.test('ballast through every crash: found and thrown off', async (t) => {
  const points = await everyCrash({
    prepare: (fs) => fs.ensureDirectory('/etc/app', folder),
    work: async (fs) => {
      const ballast = new Ballast(fs, '/state', 8192);
      await ballast.reserveFor('1', [{ path: '/etc/app/a', bytes: 100 }]);
      await ballast.release('1');
    },
    check: async (fs) => {
      const ballast = new Ballast(fs, '/state', 8192);
      await ballast.find('1', ['/etc/app/a']);
      await ballast.release('1');
      const left = [...(await fs.list('/state')), ...(await fs.list('/etc/app'))];
      if (left.length > 0) throw new Error(`left ${left.join()}`);
    },
  });
  t.comment(`${points} crashes`);
});

t.test('a folder that became a file since holds no ballast', async (t) => {
  await using root = await memoryRoot();
  await root.fs.ensureDirectory('/state', { mode: 0o700, uid: 0, gid: 0 });
  await root.fs.writeDurably('/shape', Buffer.from('a file now'), { mode: 0o644, uid: 0, gid: 0 });
  const ballast = new Ballast(root.fs, '/state', 4096);
  await ballast.find('1', ['/shape/x', '/shape/deep/y']);
  t.equal(await ballast.release('1'), 0);
});
