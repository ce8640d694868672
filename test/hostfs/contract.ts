/** What every FileSystem promises, whatever its primitives are. */
import type { Test } from 'tap';
import { FsError, type FsErrorCode } from '../../hostfs/errors.ts';
import type { Attributes } from '../../hostfs/filesystem.ts';
import { type Root, sha256, sha256Of } from '../support/roots.ts';
import { Outsider } from './outsider.ts';

export const plain: Attributes = { mode: 0o644, uid: 0, gid: 0 };
export const folder: Attributes = { mode: 0o755, uid: 0, gid: 0 };

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

export async function fails(t: Test, work: Promise<unknown>, code: FsErrorCode, message = `fails with ${code}`) {
  try {
    await work;
    t.fail(`${message}, but it succeeded`);
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    t.equal(error.code, code, `${message}: ${error.message}`);
  }
}

export async function publishFile(root: Root, path: string, content: string, attributes: Attributes = plain) {
  await root.fs.stage(path, '.tmp.1', Buffer.from(content), attributes);
  await root.fs.publish(path, '.tmp.1');
}

export function fileSystemContract(t: Test, open: () => Promise<Root>): void {
  const on = (name: string, test: (t: Test, root: Root, outsider: Outsider) => Promise<void>) => {
    void t.test(name, async (t) => {
      await using root = await open();
      using outsider = new Outsider(root.outside);
      await test(t, root, outsider);
    });
  };

  on('a staged file is invisible until published', async (t, { fs }) => {
    await fs.stage('/f', '.f.1', Buffer.from('new'), { ...plain, mode: 0o640 });
    t.equal(await fs.lstat('/f'), null);
    t.strictSame(await fs.list('/'), ['.f.1']);
    await fs.publish('/f', '.f.1');
    await fs.flush();
    t.match(await fs.lstat('/f'), { type: 'file', mode: 0o640, uid: 0, gid: 0, size: 3 });
    t.equal(text(await fs.read('/f')), 'new');
    t.strictSame(await fs.list('/'), ['f']);
  });

  on('publishing replaces a file and a link, and never a directory', async (t, root, outsider) => {
    const { fs } = root;
    await publishFile(root, '/victim', 'victim');
    await publishFile(root, '/f', 'old');
    await publishFile(root, '/f', 'new');
    t.equal(text(await fs.read('/f')), 'new');
    outsider.link('/l', 'victim');
    await publishFile(root, '/l', 'a file now');
    t.match(await fs.lstat('/l'), { type: 'file', size: 10 });
    t.equal(text(await fs.read('/victim')), 'victim', 'the target of the link is left alone');
    outsider.directory('/d');
    await fs.stage('/d', '.d.1', Buffer.from('x'), plain);
    await fails(t, fs.publish('/d', '.d.1'), 'IS_A_DIRECTORY');
    await fs.unstage('/d', '.d.1');
    await fails(t, fs.publish('/f', '.absent'), 'NOT_FOUND');
  });

  on('an old temporary is replaced, of whatever type', async (t, root, outsider) => {
    outsider.write('/.t', 'left by a crash, and longer');
    await root.fs.stage('/f', '.t', Buffer.from('new'), plain);
    await root.fs.publish('/f', '.t');
    t.equal(text(await root.fs.read('/f')), 'new');
    outsider.link('/.t', 'f');
    await root.fs.stage('/g', '.t', Buffer.from('other'), plain);
    await root.fs.publish('/g', '.t');
    t.equal(text(await root.fs.read('/f')), 'new', 'a link as temporary is not written through');
    outsider.directory('/.t');
    await root.fs.stage('/h', '.t', Buffer.from('third'), plain);
    await root.fs.unstage('/h', '.t');
    await root.fs.unstage('/h', '.t');
    outsider.directory('/.t');
    await root.fs.unstage('/h', '.t');
    await root.fs.unstage('/absent/h', '.t');
    t.strictSame(await root.fs.list('/'), ['f', 'g']);
  });

  on('every mode is what it was asked to be', async (t, root) => {
    for (const mode of [0o000, 0o400, 0o600, 0o644, 0o777, 0o1777, 0o2755, 0o4755, 0o6711]) {
      await publishFile(root, '/f', 'x', { ...plain, mode });
      t.equal((await root.fs.lstat('/f'))?.mode, mode, `file ${mode.toString(8)}`);
      await root.fs.makeDirectory('/d', { ...folder, mode: mode | 0o700 }, '.d.1');
      t.equal((await root.fs.lstat('/d'))?.mode, mode | 0o700, `directory ${mode.toString(8)}`);
      await root.fs.removeDirectory('/d');
    }
  });

  on('links are made, replaced and read, not followed', async (t, root) => {
    const { fs } = root;
    await fs.stageLink('/l', '.l.1', '/nowhere/at all', { uid: 0, gid: 0 });
    await fs.publish('/l', '.l.1');
    t.match(await fs.lstat('/l'), { type: 'link', target: '/nowhere/at all', size: 0, uid: 0 });
    await fs.stageLink('/l', '.l.1', 'other', { uid: 0, gid: 0 });
    await fs.publish('/l', '.l.1');
    t.match(await fs.lstat('/l'), { type: 'link', target: 'other' });
    await fails(t, fs.read('/l'), 'NOT_A_FILE');
    t.equal((await fs.audit('/l', sha256))?.digest, undefined);
    await fs.setAttributes('/l', { mode: 0o777, uid: 0, gid: 0 });
    await fs.remove('/l');
    t.equal(await fs.lstat('/l'), null);
  });

  on('directories are made whole, never over something, and removed only empty', async (t, root) => {
    const { fs } = root;
    await fs.makeDirectory('/d', { ...folder, mode: 0o2750 }, '.d.1');
    t.match(await fs.lstat('/d'), { type: 'directory', mode: 0o2750, size: 0 });
    await fails(t, fs.makeDirectory('/d', folder, '.d.1'), 'CHANGED');
    await publishFile(root, '/f', 'x');
    await fails(t, fs.makeDirectory('/f', folder, '.d.1'), 'CHANGED');
    await publishFile(root, '/d/f', 'x');
    await fails(t, fs.removeDirectory('/d'), 'NOT_EMPTY');
    await fails(t, fs.remove('/d'), 'IS_A_DIRECTORY');
    await fails(t, fs.removeDirectory('/f'), 'NOT_A_DIRECTORY');
    await fs.remove('/d/f');
    await fs.removeDirectory('/d');
    t.strictSame(await fs.list('/'), ['f']);
  });

  on('what is absent may be removed and looked at', async (t, { fs }) => {
    await fs.remove('/absent');
    await fs.remove('/absent/too');
    await fs.removeDirectory('/absent');
    await fs.removeDirectory('/absent/too');
    await fs.writeDurably('/f', Buffer.from('x'), plain);
    await fs.remove('/f/beneath a file');
    t.equal(await fs.lstat('/absent/too'), null);
    t.equal(await fs.lstat('/f/beneath a file'), null);
    t.equal(await fs.audit('/absent/too', sha256), null);
    t.strictSame(await fs.list('/absent'), []);
    await fails(t, fs.list('/f'), 'NOT_A_DIRECTORY');
    await fails(t, fs.read('/absent'), 'NOT_FOUND');
    await fails(t, fs.stage('/absent/f', '.t', Buffer.of(), plain), 'NOT_FOUND');
    await fails(t, fs.stage('/f/g', '.t', Buffer.of(), plain), 'NOT_A_DIRECTORY');
    await fails(t, fs.setAttributes('/absent', plain), 'NOT_FOUND');
    await fs.flush();
  });

  on('attributes change in place', async (t, root) => {
    const { fs } = root;
    await publishFile(root, '/f', 'content', { ...plain, mode: 0o600 });
    await fs.setAttributes('/f', { ...plain, mode: 0o4711 });
    t.match(await fs.lstat('/f'), { mode: 0o4711, size: 7 });
    await fs.setAttributes('/f', { ...plain, mode: 0o000 });
    t.match(await fs.lstat('/f'), { mode: 0 });
    await fs.setAttributes('/f', plain);
    t.equal(text(await fs.read('/f')), 'content');
    await fs.makeDirectory('/d', folder, '.d.1');
    await fs.setAttributes('/d', { ...folder, mode: 0o1777 });
    t.match(await fs.lstat('/d'), { type: 'directory', mode: 0o1777 });
    await fs.flush();
  });

  on('paths that are none are refused', async (t, { fs }) => {
    const bad = ['', 'f', './f', '/f/', '//f', '/a//b', '/a/./b', '/a/../b', '/..', '/a\0b', `/${'x'.repeat(256)}`];
    bad.push(`/${'é'.repeat(128)}`, `/${'abc/'.repeat(1100)}d`, '/\ud800', '/\udc7f');
    for (const path of bad) {
      const shown = JSON.stringify(path.slice(0, 20));
      await fails(t, fs.lstat(path), 'INVALID_PATH', `lstat ${shown}`);
      await fails(t, fs.read(path), 'INVALID_PATH', `read ${shown}`);
      await fails(t, fs.stage(path, '.t', Buffer.of(), plain), 'INVALID_PATH', `stage ${shown}`);
      t.throws(() => fs.physical(path), { code: 'INVALID_PATH' });
    }
    for (const name of ['t', '.', '..', './t', '.a/b', '.a\0', `.${'x'.repeat(255)}`, '.f']) {
      await fails(t, fs.stage('/.f', name, Buffer.of(), plain), 'INVALID_PATH', `temporary ${name.slice(0, 20)}`);
    }
    await fails(t, fs.remove('/'), 'INVALID_PATH');
    await fails(t, fs.publish('/', '.t'), 'INVALID_PATH');
    await fs.stage(`/${'x'.repeat(255)}`, '.t', Buffer.of(), plain);
    await fs.publish(`/${'x'.repeat(255)}`, '.t');
    t.match(await fs.lstat('/'), { type: 'directory' });
    t.strictSame(await fs.list('/'), ['x'.repeat(255)]);
  });

  on('links on the way stay beneath the root', async (t, root, outsider) => {
    const { fs } = root;
    await fs.ensureDirectory('/real/deep', folder);
    outsider.link('/absolute', '/real');
    outsider.link('/real/up', '../real/./deep//');
    outsider.link('/chain', 'absolute/up');
    await publishFile(root, '/chain/f', 'through links');
    t.equal(text(await fs.read('/real/deep/f')), 'through links');
    t.equal(text(await fs.read('/absolute/deep/f')), 'through links');
    t.strictSame(await fs.list('/chain'), ['f']);

    outsider.link('/above', '..');
    outsider.link('/far', '/real/../../etc');
    outsider.link('/real/deep/out', '../../..');
    for (const path of ['/above/f', '/far/passwd', '/real/deep/out/f']) {
      await fails(t, fs.lstat(path), 'ESCAPE', `lstat ${path}`);
      await fails(t, fs.stage(path, '.t', Buffer.of(), plain), 'ESCAPE', `stage ${path}`);
      await fails(t, fs.remove(path), 'ESCAPE', `remove ${path}`);
    }
    t.match(await fs.lstat('/above'), { type: 'link', target: '..' }, 'the link itself can be seen');

    outsider.link('/loop', 'loop');
    await fails(t, fs.lstat('/loop/f'), 'LOOP');
    for (let link = 0; link < 41; link += 1) outsider.link(`/l${link}`, link === 0 ? 'real' : `l${link - 1}`);
    await publishFile(root, '/l39/g', '40 links');
    await fails(t, fs.read('/l40/g'), 'LOOP');
    outsider.link('/nowhere', 'absent');
    t.equal(await fs.lstat('/nowhere/f'), null);
  });

  on('reads have a limit', async (t, root) => {
    const large = 'abcdefgh'.repeat(40_000);
    await publishFile(root, '/large', large);
    t.equal(text(await root.fs.read('/large')), large);
    t.equal((await root.fs.read('/large', large.length)).length, large.length);
    await fails(t, root.fs.read('/large', large.length - 1), 'TOO_LARGE');
    await publishFile(root, '/empty', '');
    t.equal((await root.fs.read('/empty', 0)).length, 0);
    await fails(t, root.fs.read('/'), 'NOT_A_FILE');
  });

  on('an audit says what a path is, with its digest', async (t, root, outsider) => {
    const { fs } = root;
    const large = 'x'.repeat(200_000);
    await publishFile(root, '/f', large, { ...plain, mode: 0o600 });
    const entry = await fs.audit('/f', sha256);
    t.match(entry, { path: '/f', type: 'file', mode: 0o600, size: 200_000, digest: sha256Of(large) });
    const { path: _path, digest: _digest, ...rest } = entry ?? { path: '', digest: '' };
    t.strictSame(rest, await fs.lstat('/f'), 'and all that lstat says, no more');
    if (root.outside.xattrs) {
      outsider.attribute('/f', 'user.b', 'two');
      outsider.attribute('/f', 'user.a', 'one');
      t.strictSame((await fs.audit('/f', sha256))?.xattrs, { 'user.a': 'b25l', 'user.b': 'dHdv' });
    }
    t.match(await fs.audit('/', sha256), { path: '/', type: 'directory', digest: undefined });
  });

  on('an audit reads nothing of a file beyond the size given, and ends with the signal', async (t, root) => {
    const { fs } = root;
    await publishFile(root, '/f', 'x'.repeat(200_000));
    let read = 0;
    const counting = () => ({ update: (bytes: Uint8Array) => void (read += bytes.length), finish: () => `${read}` });
    const beyond = await fs.audit('/f', counting, { largest: 199_999 });
    t.match(beyond, { type: 'file', size: 200_000, undigested: 'too large', digest: undefined });
    t.equal(read, 0);
    t.match(await fs.audit('/f', counting, { largest: 200_000 }), { digest: '200000', undigested: undefined });
    const ending = new AbortController();
    const stopping = () => ({ update: () => ending.abort(), finish: () => 'read to its end' });
    await t.rejects(fs.audit('/f', stopping, { signal: ending.signal }), { name: 'AbortError' });
    const tree = new AbortController();
    const felling = () => ({ update: () => tree.abort(), finish: () => 'read to its end' });
    await t.rejects(Array.fromAsync(fs.auditTree('/', felling, tree.signal)), { name: 'AbortError' });
  });

  on('a tree audit finds everything beneath, in order', async (t, root, outsider) => {
    const { fs } = root;
    await fs.ensureDirectory('/etc/a/deep', folder);
    await fs.ensureDirectory('/etc/b', folder);
    await publishFile(root, '/etc/a/deep/f', 'f');
    await publishFile(root, '/etc/a-file', 'g');
    outsider.write('/etc/.hidden', 'foreign');
    outsider.write('/etc/b/bad \udcff name', 'no UTF-8');
    outsider.link('/etc/b/loop', '/etc');
    const seen = await Array.fromAsync(fs.auditTree('/etc', sha256, new AbortController().signal));
    t.strictSame(
      seen.map((entry) => [entry.path, entry.type, entry.digest]),
      [
        ['/etc/.hidden', 'file', sha256Of('foreign')],
        ['/etc/a', 'directory', undefined],
        ['/etc/a/deep', 'directory', undefined],
        ['/etc/a/deep/f', 'file', sha256Of('f')],
        ['/etc/a-file', 'file', sha256Of('g')],
        ['/etc/b', 'directory', undefined],
        ['/etc/b/bad \udcff name', 'file', sha256Of('no UTF-8')],
        ['/etc/b/loop', 'link', undefined],
      ],
    );
    t.match(await fs.audit('/etc/b/bad \udcff name', sha256), { type: 'file' }, 'what it found can be asked for');
    await fs.remove('/etc/b/bad \udcff name');
    t.strictSame(await fs.list('/etc/b'), ['loop']);
    t.strictSame(await Array.fromAsync(fs.auditTree('/absent', sha256, new AbortController().signal)), []);
    await t.rejects(Array.fromAsync(fs.auditTree('/etc/a-file', sha256, new AbortController().signal)), {
      code: 'NOT_A_DIRECTORY',
    });
    await t.rejects(Array.fromAsync(fs.auditTree('/etc/b/loop', sha256, new AbortController().signal)), {
      code: 'NOT_A_DIRECTORY',
    });
    await t.rejects(Array.fromAsync(fs.auditTree('/etc', sha256, AbortSignal.abort())), { name: 'AbortError' });
  });

  on('space is that of the nearest directory', async (t, { fs }) => {
    const { free, device } = await fs.space('/no/such/path');
    t.ok(free > 0);
    t.equal(device, (await fs.lstat('/'))?.device);
  });

  on('the store: durable writes and folders, from several sides at once', async (t, { fs }) => {
    await Promise.all([1, 2, 3].map(() => fs.ensureDirectory('/var/lib/store', { ...folder, mode: 0o700 })));
    t.match(await fs.lstat('/var/lib/store'), { mode: 0o700 });
    await fs.setAttributes('/var/lib/store', { ...folder, mode: 0o750 });
    await fs.ensureDirectory('/var/lib/store', folder);
    t.match(await fs.lstat('/var/lib/store'), { mode: 0o750 }, 'an existing one is left as it is');
    const contents = ['one', 'two', 'three', 'four'];
    await Promise.all(
      contents.map((content) => fs.writeDurably('/var/lib/store/f', Buffer.from(content), { ...plain, mode: 0o600 })),
    );
    t.equal(text(await fs.read('/var/lib/store/f')), 'four', 'the last one asked for');
    t.strictSame(await fs.list('/var/lib/store'), ['f']);
    await fails(t, fs.ensureDirectory('/var/lib/store/f', folder), 'NOT_A_DIRECTORY');
    await fails(t, fs.writeDurably('/var/lib/store', Buffer.of(), plain), 'IS_A_DIRECTORY');
    t.strictSame(await fs.list('/var/lib'), ['store'], 'and no temporary');
  });

  on('a log is preallocated, written in place, and found again', async (t, { fs }) => {
    {
      await using log = await fs.openLog('/log', 100_000);
      t.match(await fs.lstat('/log'), { type: 'file', mode: 0o600, size: 100_000 });
      t.equal(log.size, 100_000);
      t.strictSame(await log.read(50, 100), new Uint8Array(100));
      await log.write(10, Buffer.from('hello'));
      await log.write(99_998, Buffer.from('grown'));
      t.equal(log.size, 100_003);
      await log.sync();
    }
    {
      await using log = await fs.openLog('/log', 5);
      t.equal(log.size, 100_003);
      t.equal(text(await log.read(9, 7)), '\0hello\0');
      t.equal(text(await log.read(100_000, 50)), 'own');
      t.equal((await log.read(200_000, 50)).length, 0);
      await log[Symbol.asyncDispose]();
      await fails(t, log.write(0, Buffer.of(1)), 'IO', 'a closed log');
    }
    t.strictSame(await fs.list('/'), ['log']);
    await fs.makeDirectory('/d', folder, '.d');
    await fails(t, fs.openLog('/d', 10), 'NOT_A_FILE');
  });

  on('a directory that is replaced meanwhile is seen at once', async (t, root, outsider) => {
    const { fs } = root;
    await fs.ensureDirectory('/a/b', folder);
    await publishFile(root, '/a/b/f', 'old place');
    outsider.move('/a', '/moved');
    t.equal(await fs.lstat('/a/b/f'), null);
    await fs.ensureDirectory('/a/b', folder);
    await publishFile(root, '/a/b/f', 'new place');
    await fs.flush();
    t.equal(text(await fs.read('/a/b/f')), 'new place');
    t.equal(text(await fs.read('/moved/b/f')), 'old place');
    outsider.move('/a', '/gone');
    outsider.link('/a', 'moved');
    t.equal(text(await fs.read('/a/b/f')), 'old place', 'through the link that is there now');
  });
}
