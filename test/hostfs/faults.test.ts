import t from 'tap';
import { FsError } from '../../hostfs/errors.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { memoryRoot, sha256 } from '../support/roots.ts';
import { fails, folder, plain, text } from './contract.ts';

const expected = {
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EROFS: 'READ_ONLY',
  EIO: 'IO',
  EMFILE: 'TOO_MANY_OPEN',
  ENFILE: 'TOO_MANY_OPEN',
  EACCES: 'DENIED',
  EPERM: 'DENIED',
} as const;

const works: Readonly<Record<string, (fs: FileSystem) => Promise<unknown>>> = {
  'staging a file': (fs) => fs.stage('/d/f', '.t', Buffer.from('new'), { mode: 0o4755, uid: 3, gid: 4 }),
  'staging a link': (fs) => fs.stageLink('/d/l', '.t', 'target', { uid: 3, gid: 4 }),
  publishing: async (fs) => {
    if ((await fs.list('/d')).includes('.staged')) await fs.publish('/d/f', '.staged');
    await fs.flush();
  },
  unstaging: (fs) => fs.unstage('/d/f', '.staged'),
  'making a directory': async (fs) => {
    if ((await fs.lstat('/d/d')) === null) await fs.makeDirectory('/d/d', { mode: 0o2750, uid: 3, gid: 4 }, '.t');
    await fs.flush();
  },
  'setting attributes': (fs) => fs.setAttributes('/d/f', { mode: 0o600, uid: 3, gid: 4 }),
  removing: async (fs) => {
    await fs.remove('/d/f');
    await fs.removeDirectory('/d/empty');
    await fs.flush();
  },
  'a durable write': (fs) => fs.writeDurably('/d/f', Buffer.from('new'), plain),
  'making folders': (fs) => fs.ensureDirectory('/d/x/y', folder),
  'opening a log': async (fs) => {
    await using log = await fs.openLog('/d/log', 5000);
    await log.write(0, Buffer.from('x'));
    await log.sync();
  },
  looking: async (fs) => {
    await fs.lstat('/d/f');
    await fs.list('/d');
    await fs.read('/d/f');
    await fs.space('/d');
    await fs.audit('/d/f', sha256);
    await Array.fromAsync(fs.auditTree('/', sha256, new AbortController().signal));
  },
};

async function prepared() {
  const host = new MemoryHost();
  const fs = await openRoot(host.primitives, { ids: 'as-is' });
  await fs.ensureDirectory('/d/empty', folder);
  await fs.writeDurably('/d/f', Buffer.from('old'), plain);
  await fs.stage('/d/f', '.staged', Buffer.from('new'), plain);
  await fs.flush();
  return { host, fs };
}

for (const [name, work] of Object.entries(works)) {
  t.test(`${name}: any errno at any primitive is told, leaves nothing behind, and heals`, async (t) => {
    let told = 0;
    for (const [errno, code] of Object.entries(expected)) {
      for (let step = 1, reached = true; reached; step += 1) {
        const { host, fs } = await prepared();
        const idle = host.open.handles;
        const at = host.calls + step;
        let failed = '';
        let succeeded = false;
        reached = false;
        const fault = host.fail((call) => {
          if (call.index !== at) return undefined;
          reached = true;
          failed = call.primitive;
          return errno;
        });
        const where = () => `${errno} at ${failed} (${step})`;
        try {
          await work(fs);
          succeeded = true;
        } catch (error) {
          if (!(error instanceof FsError)) throw error;
          told += 1;
          if (error.code !== code) t.fail(`${where()}: told as ${error.code}: ${error.message}`);
          if (!error.message.includes(errno) || !error.message.includes('/')) t.fail(`${where()}: "${error.message}"`);
        }
        fault[Symbol.dispose]();
        const left = (await fs.list('/d')).filter((entry) => entry.startsWith('.') && entry !== '.staged');
        if (!succeeded && left.length > 0) t.fail(`${where()} left ${left.join()}`);
        await fs.flush();
        if (host.open.handles > idle) t.fail(`${where()} leaks ${host.open.handles - idle} handles`);
        if (!succeeded) await work(fs);
        await fs[Symbol.asyncDispose]();
        if (host.open.handles > 0) t.fail(`${where()} leaks ${host.open.handles} handles after disposal`);
      }
    }
    t.ok(told >= 8, `${told} failures told`);
  });
}

t.test('what was never staged is gone, also where the mount is read-only', async (t) => {
  const { host, fs } = await prepared();
  using _ = host.fail(({ primitive }) => (primitive === 'unlink' ? 'EROFS' : undefined));
  await fs.unstage('/d/f', '.never');
  await fails(t, fs.unstage('/d/f', '.staged'), 'READ_ONLY');
});

t.test('a full disk refuses the file, keeps the old one, and frees what was written', async (t) => {
  const { fs, host } = await memoryRoot({ capacity: 64 * 1024 });
  await fs.writeDurably('/f', Buffer.from('old'), plain);
  const { free } = await fs.space('/');
  await fails(t, fs.stage('/f', '.t', Buffer.alloc(free + 1), plain), 'NO_SPACE');
  t.equal((await fs.space('/')).free, free);
  t.equal(text(await fs.read('/f')), 'old');
  await fs.stage('/f', '.t', Buffer.alloc(free), plain);
  t.equal((await fs.space('/')).free, 0);
  await fs.publish('/f', '.t');
  t.equal((await fs.space('/')).free, 4096, 'the old blocks');
  await fails(t, fs.openLog('/log', 5000), 'NO_SPACE');
  t.equal(await fs.lstat('/log'), null);
  t.equal(host.open.handles, 2, 'the root and the shared folder');
});

t.test('a flush syncs each directory once, and what fails still owes', async (t) => {
  const { fs, host } = await memoryRoot();
  for (const directory of ['/a', '/b', '/c']) {
    await fs.ensureDirectory(directory, folder);
    for (let file = 0; file < 5; file += 1) {
      await fs.stage(`${directory}/f${file}`, `.t${file}`, Buffer.of(), plain);
      await fs.publish(`${directory}/f${file}`, `.t${file}`);
    }
  }
  const syncs = () => host.counts.get('sync') ?? 0;
  let before = syncs();
  const fault = host.fail((call) => (call.primitive === 'sync' && syncs() - before <= 2 ? 'EIO' : undefined));
  const error: unknown = await fs.flush().catch((error: unknown) => error);
  t.match(error, { code: 'IO', cause: AggregateError });
  t.match((error as Error).message, /\(EIO\).* 1 more/);
  t.equal(syncs() - before, 3, 'all were tried');
  fault[Symbol.dispose]();
  before = syncs();
  await fs.flush();
  t.equal(syncs() - before, 2, 'the failed ones again');
  await fs.flush();
  t.equal(syncs() - before, 2, 'then none');
  await fs[Symbol.asyncDispose]();
  t.equal(host.open.handles, 0);
});

t.test('many owing directories do not hold many descriptors', async (t) => {
  const { fs, host } = await memoryRoot();
  for (let directory = 0; directory < 600; directory += 1) {
    await fs.makeDirectory(`/d${directory}`, folder, '.t');
    await fs.stage(`/d${directory}/f`, '.t', Buffer.of(), plain);
    await fs.publish(`/d${directory}/f`, '.t');
  }
  t.ok(host.open.handles < 350, `${host.open.handles} handles`);
  await fs.flush();
  t.equal(host.open.handles, 1);
});

t.test('after a failed sync a log is not trusted any more', async (t) => {
  const { fs, host } = await memoryRoot();
  await using log = await fs.openLog('/log', 1000);
  await log.write(0, Buffer.from('x'));
  const fault = host.fail((call) => (call.primitive === 'syncData' ? 'EIO' : undefined));
  await fails(t, log.sync(), 'IO');
  fault[Symbol.dispose]();
  await fails(t, log.sync(), 'IO', 'a second sync');
  await fails(t, log.write(0, Buffer.from('y')), 'IO', 'a write');
  await using again = await fs.openLog('/log', 1000);
  await again.write(0, Buffer.from('y'));
  await again.sync();
});
