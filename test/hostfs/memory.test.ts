/** The twin: the same answers as the kernel's, and a disk that forgets what was not synced. */
import fc from 'fast-check';
import t from 'tap';
import { interpose, type PrimitiveCall } from '../../hostfs/interpose.ts';
import { losesAll, losesBySeed, losesNothing } from '../../hostfs/memory-crash.ts';
import { CrashError, MemoryHost } from '../../hostfs/memory-host.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import { errnoOf, type DirectoryHandle, type Primitives } from '../../hostfs/primitives.ts';
import { loadLibc } from '../../hostfs/ffi.ts';
import { temporaryFolder } from '../support/roots.ts';

interface Act {
  readonly what: string;
  readonly from: number;
  readonly name: string;
  readonly to: number;
  readonly other: string;
}

const act = fc.record({
  what: fc.constantFrom(
    ...'create write mkdir symlink rename renameNew unlink rmdir chmod look list open openDirectory readlink pin xattr'.split(
      ' ',
    ),
  ),
  from: fc.nat(2),
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  to: fc.nat(2),
  other: fc.constantFrom('a', 'b', 'c', 'd'),
});

/** Does one thing, and says in words how it went. */
function perform(p: Primitives, directories: readonly DirectoryHandle[], { what, from, name, to, other }: Act): string {
  const at = directories[from] as DirectoryHandle;
  const target = directories[to] as DirectoryHandle;
  try {
    switch (what) {
      case 'create':
        p.close(p.createFile(at, name));
        return 'created';
      case 'write': {
        if (p.lstat(at, name)?.type === 'directory') return 'no file';
        const file = p.openFile(at, name, 'read-write');
        const written = p.write(file, Buffer.from(`${other} wrote`), 3);
        const bytes = Buffer.alloc(20);
        const count = p.read(file, bytes, 1);
        p.close(file);
        return `${Number(written)} ${Number(count)} ${bytes.toString()}`;
      }
      case 'mkdir':
        p.createDirectory(at, name);
        return 'made';
      case 'symlink':
        p.createLink(at, name, `../${other}`);
        return 'linked';
      case 'rename':
        p.rename(at, name, target, other);
        return 'renamed';
      case 'renameNew':
        p.renameNew(at, name, target, other);
        return 'renamed';
      case 'unlink':
        p.unlink(at, name);
        return 'gone';
      case 'rmdir':
        p.rmdir(at, name);
        return 'gone';
      case 'chmod': {
        const pin = p.pin(at, name);
        try {
          p.setMode(pin, 0o4711);
        } finally {
          p.close(pin);
        }
        return 'changed';
      }
      case 'open':
        if (p.lstat(at, name)?.type === 'directory') return 'no file';
        p.close(p.openFile(at, name, 'read'));
        return 'opened';
      case 'openDirectory': {
        const directory = p.openDirectory(at, name);
        const where = p.locate(directory);
        p.close(directory);
        return String(where);
      }
      case 'readlink':
        return p.readlink(at, name);
      case 'pin': {
        const pin = p.pin(at, name);
        const { type } = p.fstat(pin);
        p.close(pin);
        return type;
      }
      case 'xattr':
        if (p.lstat(at, name)?.type === 'link') return 'not for links';
        p.setXattr(at, name, 'user.k', Buffer.from(other));
        return `${p.xattrNames(at, name).join()} ${Buffer.from(p.getXattr(at, name, 'user.k') ?? []).toString()}`;
      case 'list':
        return `${p.readdir(at).toSorted().join()} in ${String(p.locate(at))}`;
      default: {
        const stat = p.lstat(at, name);
        return stat === null
          ? 'absent'
          : `${stat.type} ${stat.mode.toString(8)} ${stat.type === 'directory' ? 0 : stat.size}`;
      }
    }
  } catch (error) {
    return errnoOf(error) ?? String(error);
  }
}

t.test(
  'answers as the kernel does',
  { skip: loadLibc() === null && 'needs node:ffi (--experimental-ffi)' },
  async (t) => {
    const met = new Set<string>();
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80, size: 'max' }), (acts) => {
        using folder = temporaryFolder();
        const host = new MemoryHost();
        const both = [nodePrimitives({ root: folder.path, libc: loadLibc() }), host.primitives].map((p) => {
          const root = p.openRoot();
          p.createDirectory(root, 'a');
          const first = p.openDirectory(root, 'a');
          p.createDirectory(first, 'b');
          return { p, directories: [root, first, p.openDirectory(first, 'b')] };
        });
        for (const one of acts) {
          const [real, twin] = both.map(({ p, directories }) => perform(p, directories, one));
          met.add(real?.match(/^E[A-Z]+$/)?.[0] ?? one.what);
          if (real !== twin) throw new Error(`${JSON.stringify(one)}: the kernel says ${real}, the twin ${twin}`);
        }
        for (const { p, directories } of both) for (const directory of directories) p.close(directory);
        if (host.open.handles !== 0) throw new Error('handles are left open');
      }),
      { numRuns: 120 },
    );
    t.comment([...met].toSorted().join(' '));
    for (const errno of ['ENOENT', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EINVAL', 'ELOOP'])
      t.ok(met.has(errno), errno);
  },
);

/** A synced file /d/f, and handles to go on with. */
async function scene(options = {}) {
  const host = new MemoryHost(options);
  const p = host.primitives;
  const root = p.openRoot();
  p.createDirectory(root, 'd');
  await p.sync(root);
  const d = p.openDirectory(root, 'd');
  const f = p.createFile(d, 'f');
  await p.write(f, Buffer.from('A'.repeat(2000)), 0);
  await p.sync(f);
  await p.sync(d);
  return { host, p, root, d, f };
}

function look(host: MemoryHost, ...path: string[]): string {
  const p = host.primitives;
  let at = p.openRoot();
  const name = path.pop() ?? '.';
  for (const part of path) at = p.openDirectory(at, part);
  const stat = p.lstat(at, name);
  if (stat?.type !== 'file') return stat?.type ?? 'absent';
  const bytes = Buffer.alloc(stat.size);
  void p.read(p.openFile(at, name, 'read'), bytes, 0);
  return bytes.toString().replaceAll(/(.)\1{3,}/gs, (run) => `${run[0] === '\0' ? '0' : run[0]}×${run.length}`);
}

t.test('what was synced survives, what was not may not', async (t) => {
  const { host, p, d, f } = await scene();
  await p.write(f, Buffer.from('B'.repeat(1000)), 1500);
  const g = p.createFile(d, 'g');
  await p.write(g, Buffer.from('new'), 0);
  p.rename(d, 'g', d, 'h');
  await p.sync(g);
  p.setMode(f, 0o777);
  t.equal(look(host.crash(losesAll), 'd', 'f'), 'A×2000');
});

t.test('each possibility is met, in whole sectors', async (t) => {
  const seen = new Map<string, Set<string>>();
  for (let seed = 0; seed < 200; seed += 1) {
    const { host, p, d, f } = await scene();
    await p.write(f, Buffer.from('B'.repeat(1000)), 512);
    p.rename(d, 'f', d, 'g');
    const after = host.crash(losesBySeed(seed));
    for (const name of ['f', 'g']) seen.set(name, (seen.get(name) ?? new Set()).add(look(after, 'd', name)));
  }
  const contents = ['A×2000', 'A×512B×512A×976', 'A×1024B×488A×488', 'A×512B×1000A×488', 'absent'].toSorted();
  t.strictSame([...(seen.get('f') ?? [])].toSorted(), contents);
  t.strictSame([...(seen.get('g') ?? [])].toSorted(), contents);
});

t.test('entries of one directory survive in order, a rename between two whole', async (t) => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 300; seed += 1) {
    const { host, p, root, d } = await scene();
    p.createLink(d, '1', 'x');
    p.rename(d, 'f', root, 'moved');
    p.createLink(d, '2', 'x');
    const after = host.crash(losesBySeed(seed));
    const [one, two, f, moved] = [
      look(after, 'd', '1'),
      look(after, 'd', '2'),
      look(after, 'd', 'f'),
      look(after, 'moved'),
    ];
    if ((f === 'absent') === (moved === 'absent')) t.fail('the file is lost, or there twice');
    seen.add([one, f === 'absent' ? 'moved' : 'stayed', two].join(' '));
  }
  t.strictSame(
    [...seen].toSorted(),
    ['absent stayed absent', 'link moved absent', 'link moved link', 'link stayed absent'],
    'nothing later without the earlier',
  );
});

t.test('a process that dies alone loses nothing', async (t) => {
  const { host, p, d } = await scene();
  const g = p.createFile(d, 'g');
  await p.write(g, Buffer.from('unsynced'), 0);
  t.equal(look(host.crash(losesNothing), 'd', 'g'), 'unsynced');
});

t.test('the dead do nothing', async (t) => {
  for (const when of ['before', 'after'] as const) {
    const { host, p, d } = await scene();
    host.crashAt(host.calls + 1, when);
    t.throws(() => p.createDirectory(d, 'new'), CrashError);
    t.throws(() => p.createDirectory(d, 'other'), CrashError);
    await t.rejects(p.sync(d), CrashError);
    const after = host.crash(losesNothing);
    t.equal(look(after, 'd', 'new'), when === 'before' ? 'absent' : 'directory');
    t.equal(look(after, 'd', 'other'), 'absent');
    t.equal(look(after.crash(losesAll), 'd', 'new'), when === 'before' ? 'absent' : 'directory', 'durable by then');
  }
});

t.test('space runs out and comes back', async (t) => {
  const { host, p, d, f } = await scene({ capacity: 3 * 4096 });
  t.equal(p.freeSpace(d), 2 * 4096);
  await p.write(f, Buffer.alloc(2000), 2000);
  t.equal(p.freeSpace(d), 2 * 4096, 'in its own block');
  t.throws(() => p.write(f, Buffer.alloc(3 * 4096), 1), { code: 'ENOSPC' });
  p.unlink(d, 'f');
  t.equal(p.freeSpace(d), 2 * 4096, 'still open');
  p.close(f);
  t.equal(p.freeSpace(d), 3 * 4096);
  t.equal(host.crash(losesAll).primitives.freeSpace(host.outside.openRoot()), 2 * 4096, 'the removal was not durable');
});

t.test('calls are counted and named, real ones too', async (t) => {
  using folder = temporaryFolder();
  const calls: PrimitiveCall[] = [];
  const p = interpose(nodePrimitives({ root: folder.path, libc: null }), {
    before: (call) => void calls.push(call),
    after: (call) => {
      if (call.name === 'bad') throw new Error('after');
    },
  });
  t.equal(p.rootPath, folder.path);
  const root = p.openRoot();
  t.throws(() => p.createDirectory(root, 'bad'), { message: 'after' });
  t.equal(p.lstat(root, 'ba'), null);
  await p.sync(root);
  t.strictSame(
    calls.map(({ index, primitive, name }) => `${index} ${primitive} ${name}`),
    ['1 openRoot ', '2 createDirectory bad', '3 lstat ba', '4 sync '],
  );
  p.close(root);
});
