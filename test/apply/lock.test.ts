/** The lock between real processes, and how starts are counted. */
import t, { type Test } from 'tap';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { openRoot } from '../../hostfs/rooted.ts';
import { loadLibc } from '../../hostfs/ffi.ts';
import { ErrnoError } from '../../hostfs/primitives.ts';
import { NODE_FLAGS } from '../../packaging/node-flags.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { kernelLock, lockState, type TakeLock } from '../../agent/apply/lock.ts';
import { forgetExits, recordStart, recordStop, runningPid } from '../../agent/apply/starts.ts';

const files = ['agent/apply/lock.ts', 'hostfs/ffi.ts'].map((file) => new URL(`../../${file}`, import.meta.url).href);

/** `ofd`: by libc; null where it cannot be called. */
const locks: Readonly<Record<'ofd' | 'sqlite', TakeLock | null>> = {
  ofd: loadLibc() === null ? null : kernelLock(loadLibc()),
  sqlite: kernelLock(null),
};

/** Another process that takes the lock, says so, and stays. */
async function holder(t: Test, path: string, by: keyof typeof locks): Promise<{ child: ChildProcess; got: boolean }> {
  const program = `
    const [{ kernelLock }, { loadLibc }] = await Promise.all(${JSON.stringify(files)}.map((file) => import(file)));
    globalThis.lock = await kernelLock(${by === 'ofd' ? 'loadLibc()' : 'null'})(${JSON.stringify(path)});
    process.send(globalThis.lock !== null);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, [...NODE_FLAGS, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {},
  });
  t.teardown(() => child.kill('SIGKILL'));
  const [got] = (await once(child, 'message')) as [boolean];
  return { child, got };
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const kinds = ['ofd', 'sqlite'] as const;

for (const theirs of kinds) {
  for (const ours of kinds) {
    const take = locks[ours];
    const skip = take === null || locks[theirs] === null ? 'needs node:ffi' : false;
    const name = `one process has it (${theirs}), another does not (${ours}); it dies with kill -9 and leaves nothing`;
    t.test(name, { skip }, async (t) => {
      if (take === null) return;
      const folder = t.testdir({});
      const path = `${folder}/lock`;
      const first = await holder(t, path, theirs);
      t.equal(first.got, true);
      t.equal((await holder(t, path, ours)).got, false);
      t.equal(await take(path), null);
      await killed(first.child);
      const mine = await take(path);
      t.not(mine, null);
      t.equal(await take(path), null, 'not twice in one process either');
      t.equal((await holder(t, path, theirs)).got, false, 'trying did not lose it');
      mine?.[Symbol.dispose]();
      t.equal((await holder(t, path, theirs)).got, true);
      t.same(readdirSync(folder), ['lock'], 'no files beside it');
    });
  }
}

t.test('of six that race one wins', async (t) => {
  const path = `${t.testdir({})}/lock`;
  const able = kinds.filter((kind) => locks[kind] !== null);
  const all = await Promise.all(
    Array.from({ length: 6 }, (_, n) => holder(t, path, able[n % able.length] ?? 'sqlite')),
  );
  t.equal(all.filter(({ got }) => got).length, 1);
});

t.test('a kernel that does not know the lock gets the other one', async (t) => {
  const path = `${t.testdir({})}/lock`;
  const unknowing = kernelLock({
    lockWhole() {
      throw new ErrnoError('EINVAL', 'fcntl');
    },
  });
  using _ = await unknowing(path);
  t.equal((await holder(t, path, 'sqlite')).got, false);
  const failing = kernelLock({
    lockWhole() {
      throw new ErrnoError('ENOLCK', 'fcntl');
    },
  });
  await t.rejects(failing(`${t.testdir({})}/lock`), { code: 'ENOLCK' }, 'what is no answer to that is told');
});

async function memory(): Promise<FileSystem> {
  const fs = await openRoot(new MemoryHost().primitives, { ids: 'as-is' });
  await fs.ensureDirectory('/state', { mode: 0o700, uid: 0, gid: 0 });
  return fs;
}

t.test('who has the lock is named; what keeps it from being taken is told', async (t) => {
  const fs = await memory();
  const taken: TakeLock = async () => null;
  await t.rejects(lockState(fs, '/state', taken), { code: 'KSN-APPLY-020', message: 'Another agent runs on /state.' });
  await recordStart(fs, '/state', { pid: 4242, bootId: 'b', now: 1 });
  await t.rejects(lockState(fs, '/state', taken), {
    code: 'KSN-APPLY-020',
    message: 'Another agent (process 4242) runs on /state.',
  });
  await t.rejects(
    lockState(fs, '/state', () => Promise.reject(new Error('unable to open database file'))),
    { code: 'KSN-APPLY-021' },
  );
  let free = 0;
  (await lockState(fs, '/state', async () => ({ [Symbol.dispose]: () => void (free += 1) })))[Symbol.dispose]();
  t.equal(free, 1);
  await t.rejects(lockState(fs, '/no/such', kernelLock(null)), { code: 'KSN-APPLY-021' });
});

const minute = 60_000;

t.test('three abnormal exits in ten minutes of one boot are a crash loop', async (t) => {
  const fs = await memory();
  const start = (minutes: number, bootId = 'boot') =>
    recordStart(fs, '/state', { pid: 1, bootId, now: 10 ** 12 + minutes * minute });
  t.same(await start(0), { abnormal: 0, crashLoop: false, failure: null });
  t.equal((await start(1)).abnormal, 1);
  t.equal((await start(2)).abnormal, 2);
  t.same(await start(3), { abnormal: 3, crashLoop: true, failure: null });
  await forgetExits(fs, '/state');
  t.equal((await start(4)).abnormal, 1, 'a person ended safe mode: counted anew');
  t.equal((await start(5)).abnormal, 2);
  t.equal((await start(16)).abnormal, 1, 'the old ones are out of the window');
  await recordStop(fs, '/state');
  t.equal(await runningPid(fs, '/state'), null);
  t.same(await start(17), { abnormal: 1, crashLoop: false, failure: null }, 'a clean end');
  t.equal((await start(18, 'another')).abnormal, 0, 'a power cut is none of ours');
});

t.test('a marker of any content, and a disk that cannot be written, stop no start', async (t) => {
  for (const content of [
    '',
    'null',
    '{"pid":1}',
    '[1]',
    '\u0000',
    '{"pid":1,"bootId":"b","running":true,"abnormal":[null]}',
  ]) {
    const fs = await memory();
    await fs.writeDurably('/state/running', Buffer.from(content), { mode: 0o600, uid: 0, gid: 0 });
    t.same(await recordStart(fs, '/state', { pid: 1, bootId: 'b', now: 1 }), {
      abnormal: 0,
      crashLoop: false,
      failure: null,
    });
  }
  const host = new MemoryHost();
  const fs = await openRoot(host.primitives, { ids: 'as-is' });
  await fs.ensureDirectory('/state', { mode: 0o700, uid: 0, gid: 0 });
  using _ = host.fail(({ primitive }) => (primitive === 'createFile' ? 'EROFS' : undefined));
  t.match(await recordStart(fs, '/state', { pid: 1, bootId: 'b', now: 1 }), { failure: { code: 'KSN-APPLY-031' } });
});
