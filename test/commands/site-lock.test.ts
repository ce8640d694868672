/** Two builds of one site, in two processes. */
import t, { type Test } from 'tap';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelLock, type TakeLock } from '../../agent/apply/lock.ts';
import { build } from '../../agent/commands/build.ts';
import { lockSite, SITE_LOCK } from '../../agent/commands/site-lock.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { loadLibc } from '../../hostfs/ffi.ts';
import { ErrnoError } from '../../hostfs/primitives.ts';
import { NODE_FLAGS } from '../../packaging/node-flags.ts';
import { systemClock } from '../../agent/base/system-clock.ts';
import { memorySite, put } from '../authoring/site-maker.ts';
import { fakeInvocation } from './fake-invocation.ts';

const keelson = fileURLToPath(new URL('../../bin/keelson', import.meta.url));
const files = ['agent/commands/site-lock.ts', 'agent/apply/lock.ts', 'agent/commands/open-root.ts'].map(
  (file) => new URL(`../../${file}`, import.meta.url).href,
);

function siteIn(t: Test): string {
  return t.testdir({
    nodes: { 'a.yaml': 'metadata: { series: lb }\nspec: { files: { /etc/a: { from: files/a } } }\n' },
    files: { a: 'one\n' },
  });
}

const options = { check: false, generation: 'file', output: 'table' } as const;

/** Another process that has the lock of the site, and stays. */
async function holder(t: Test, site: string): Promise<ChildProcess> {
  const program = `
    const [{ lockSite }, { kernelLock }, { openRootFolder }] =
      await Promise.all(${JSON.stringify(files)}.map((file) => import(file)));
    const { fs, libc } = await openRootFolder(${JSON.stringify(site)});
    const clock = { monotonic: () => 0 };
    globalThis.lock = await lockSite(fs, kernelLock(libc), { clock, terminal: { warn: () => {} } });
    process.send(true);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, [...NODE_FLAGS, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {},
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

t.test('a build waits for the other one, and not for a dead one', async (t) => {
  const site = siteIn(t);
  const child = await holder(t, site);
  let waited = 0;
  const clock = { ...systemClock, monotonic: () => waited, sleep: async (ms: number) => void (waited += ms) };
  await t.rejects(build({ ...fakeInvocation('/'), clock }, site, options), { code: 'KSN-BUILD-020' });
  t.equal(waited, 10_000);
  t.notOk(existsSync(join(site, 'generations.json')), 'nothing was read and nothing written');
  t.equal(await build(fakeInvocation('/'), site, { ...options, check: true }), 2, 'a check only looks');
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
  t.ok(existsSync(join(site, SITE_LOCK)), 'the file is there still');
  t.equal(await build(fakeInvocation('/'), site, options), 0);
  t.notOk(existsSync(join(site, SITE_LOCK)), 'who is done takes it away');
});

t.test('builds at once give each number to one document', async (t) => {
  const site = siteIn(t);
  const processes = Array.from({ length: 3 }, () =>
    spawn(keelson, ['build', site, '--output', 'json'], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const codes = await Promise.all(processes.map(async (child) => ((await once(child, 'exit')) as [number])[0]));
  t.strictSame(codes, [0, 0, 0]);
  t.match(JSON.parse(readFileSync(join(site, 'generations.json'), 'utf8')), { series: { lb: { generation: 1 } } });
  t.notOk(existsSync(join(site, SITE_LOCK)));
});

t.test('where there are no locks', async (t) => {
  const site = siteIn(t);
  await using fs = await openRoot(nodePrimitives({ root: site, libc: loadLibc() }), {
    ids: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  });
  const failing =
    (code: string): TakeLock =>
    async () => {
      throw new ErrnoError(code, 'fcntl');
    };
  const invocation = fakeInvocation('/');
  await using none = await lockSite(fs, failing('ENOLCK'), invocation);
  t.match(invocation.warned, [/^\.generations\.lock cannot be locked \(.*ENOLCK.*no other build of this site runs/u]);
  await using readOnly = await lockSite(fs, failing('EROFS'), invocation);
  t.equal(invocation.warned.length, 1, 'what cannot be written is told when it is to be');
  await using own = await lockSite(fs, kernelLock(loadLibc()), invocation);
  await t.rejects(lockSite(fs, failing('EACCES'), invocation), { code: 'KSN-BUILD-020', message: /another user/u });
  t.ok(none && readOnly && own);
});

t.test('a lock that cannot be taken away undoes no build', async (t) => {
  const { fs, machine } = await memorySite({});
  let [taken, freed] = [0, 0];
  const take: TakeLock = async () => {
    taken += 1;
    if ((await fs.lstat(`/${SITE_LOCK}`)) === null) await put(fs, { [SITE_LOCK]: '' });
    return { [Symbol.dispose]: () => void (freed += 1) };
  };
  const lock = await lockSite(fs, take, fakeInvocation('/'));
  machine.fail(({ primitive }) => (primitive === 'unlink' ? 'EROFS' : undefined));
  await lock[Symbol.asyncDispose]();
  t.equal(freed, taken);
});
