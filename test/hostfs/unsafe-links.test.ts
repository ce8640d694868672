import t, { type Test } from 'tap';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { FsError } from '../../hostfs/errors.ts';
import { memoryRoot, realRoot, sha256, type Root } from '../support/roots.ts';
import { fails, folder, plain, publishFile, text } from './contract.ts';
import { Outsider } from './outsider.ts';

const haproxy = 188;
const other = 4711;
const asRoot = process.getuid?.() === 0 ? false : 'needs root';

/** Every way to a path: what reads, and what writes there. */
const works: Readonly<Record<string, (fs: FileSystem, path: string) => Promise<unknown>>> = {
  lstat: (fs, path) => fs.lstat(path),
  read: (fs, path) => fs.read(path),
  audit: (fs, path) => fs.audit(path, sha256),
  list: (fs, path) => fs.list(path.slice(0, path.lastIndexOf('/'))),
  stage: (fs, path) => fs.stage(path, '.t', Buffer.of(), plain),
  stageLink: (fs, path) => fs.stageLink(path, '.t', 'x', { uid: 0, gid: 0 }),
  makeDirectory: (fs, path) => fs.makeDirectory(path, folder, '.t'),
  setAttributes: (fs, path) => fs.setAttributes(path, { ...plain, mode: 0o777 }),
  publish: (fs, path) => fs.publish(path, '.t'),
  remove: (fs, path) => fs.remove(path),
  removeDirectory: (fs, path) => fs.removeDirectory(path),
  unstage: (fs, path) => fs.unstage(path, '.t'),
  writeDurably: (fs, path) => fs.writeDurably(path, Buffer.of(), plain),
  ensureDirectory: (fs, path) => fs.ensureDirectory(`${path}/more`, folder),
  space: (fs, path) => fs.space(path),
};

function contract(t: Test, open: () => Promise<Root>): void {
  const on = (name: string, test: (t: Test, fs: FileSystem, outsider: Outsider, root: Root) => Promise<void>) => {
    void t.test(name, async (t) => {
      await using root = await open();
      using outsider = new Outsider(root.outside);
      const { fs } = root;
      await fs.ensureDirectory('/etc/ssl', folder);
      await publishFile(root, '/etc/passwd', 'root');
      await fs.ensureDirectory('/var/lib/haproxy/conf', folder);
      outsider.give('/var/lib/haproxy', haproxy);
      await test(t, fs, outsider, root);
    });
  };
  /** As haproxy may: what the agent made there goes aside, a link takes its place. */
  const redirect = (outsider: Outsider, target: string, uid = haproxy) => {
    outsider.move('/var/lib/haproxy/conf', '/var/lib/haproxy/.aside');
    outsider.link('/var/lib/haproxy/conf', target);
    outsider.give('/var/lib/haproxy/conf', uid);
  };

  for (const [name, work] of Object.entries(works)) {
    on(`${name}: a folder that its owner's user replaced by a link to /etc`, async (t, fs, outsider) => {
      for (const target of ['/etc', '../../../etc', '/var/lib/haproxy/../../../etc']) {
        redirect(outsider, target);
        await fails(t, work(fs, '/var/lib/haproxy/conf/passwd'), 'UNSAFE_LINK', target);
        outsider.remove('/var/lib/haproxy/conf');
        outsider.move('/var/lib/haproxy/.aside', '/var/lib/haproxy/conf');
      }
      t.strictSame(await fs.list('/etc'), ['passwd', 'ssl']);
      t.match(await fs.lstat('/etc/passwd'), { mode: 0o644, uid: 0, size: 4 });
    });
  }

  on('swapped while the folder is open for a batch', async (t, fs, outsider, root) => {
    await publishFile(root, '/var/lib/haproxy/conf/a', 'mine');
    await fs.lstat('/var/lib/haproxy/conf/a');
    redirect(outsider, '/etc');
    await fails(t, publishFile(root, '/var/lib/haproxy/conf/passwd', 'haproxy'), 'UNSAFE_LINK');
    t.equal(text(await fs.read('/etc/passwd')), 'root');
  });

  on('the failure names the link, who could have made it, and whose it leads to', async (t, fs, outsider) => {
    redirect(outsider, '/etc');
    await t.rejects(fs.lstat('/var/lib/haproxy/conf/x'), {
      code: 'UNSAFE_LINK',
      message: /link \/var\/lib\/haproxy\/conf → \/etc is not followed: user 188 could have made it.* user 0\./u,
    });
  });

  on('whoever a link in the folder of a user belongs to', async (t, fs, outsider) => {
    for (const uid of [0, other]) {
      redirect(outsider, '/etc', uid);
      await fails(t, fs.lstat('/var/lib/haproxy/conf/passwd'), 'UNSAFE_LINK', `of ${uid}`);
      outsider.remove('/var/lib/haproxy/conf');
      outsider.move('/var/lib/haproxy/.aside', '/var/lib/haproxy/conf');
    }
  });

  on('a link of a user in a folder of root that all may write', async (t, fs, outsider) => {
    await fs.makeDirectory('/tmp', { ...folder, mode: 0o1777 }, '.t');
    outsider.link('/tmp/x', '/etc');
    t.match(await fs.lstat('/tmp/x/passwd'), { type: 'file' }, 'root made it');
    outsider.give('/tmp/x', other);
    await fails(t, fs.lstat('/tmp/x/passwd'), 'UNSAFE_LINK');
    await fails(t, fs.list('/tmp/x'), 'UNSAFE_LINK');
    t.match(await fs.lstat('/tmp/x'), { type: 'link', uid: other }, 'the link itself can be seen');
  });

  on('through a chain, with a step over what is theirs', async (t, fs, outsider) => {
    outsider.directory('/var/lib/haproxy/real');
    outsider.give('/var/lib/haproxy/real', haproxy);
    redirect(outsider, 'real/hop');
    outsider.link('/var/lib/haproxy/real/hop', '/var/alias');
    outsider.give('/var/lib/haproxy/real/hop', haproxy);
    outsider.link('/var/alias', '/etc');
    await fails(t, fs.lstat('/var/lib/haproxy/conf/passwd'), 'UNSAFE_LINK');
    outsider.remove('/var/alias');
    outsider.link('/var/alias', '/var/lib/haproxy');
    t.equal(await fs.lstat('/var/lib/haproxy/conf/passwd'), null, 'back to what is theirs');
    await fails(t, fs.lstat('/var/lib/haproxy/conf/.aside/x'), 'UNSAFE_LINK', 'and on to what is not');
  });

  on('links of root in folders of root lead anywhere', async (t, fs, outsider, root) => {
    outsider.link('/var/run', '/run');
    await fs.ensureDirectory('/run/d', folder);
    await publishFile(root, '/var/run/d/f', 'x');
    t.equal(text(await fs.read('/run/d/f')), 'x');
    outsider.link('/srv', 'var/lib/haproxy');
    t.match(await fs.lstat('/srv/conf'), { type: 'directory' }, 'also to a user');
    redirect(outsider, '/etc');
    await fails(t, fs.lstat('/srv/conf/passwd'), 'UNSAFE_LINK', 'whose links still do not');
  });

  on('users link what is their own, and directories of root in theirs are entered', async (t, fs, outsider, root) => {
    await publishFile(root, '/var/lib/haproxy/conf/f', 'x');
    t.equal(text(await fs.read('/var/lib/haproxy/conf/f')), 'x', 'root made conf');
    await fs.ensureDirectory('/var/lib/haproxy/releases/2', folder);
    outsider.give('/var/lib/haproxy/releases', haproxy);
    outsider.give('/var/lib/haproxy/releases/2', haproxy);
    for (const target of ['releases/2', '/var/lib/haproxy/releases/2']) {
      outsider.link('/var/lib/haproxy/current', target);
      outsider.give('/var/lib/haproxy/current', haproxy);
      await publishFile(root, '/var/lib/haproxy/current/g', target);
      t.equal(text(await fs.read('/var/lib/haproxy/releases/2/g')), target);
      outsider.remove('/var/lib/haproxy/current');
    }
  });
}

t.test('in memory', (t) => {
  contract(t, () => memoryRoot());
  t.end();
});

t.test('on a real file system', { skip: asRoot }, (t) => {
  contract(t, () => realRoot());
  t.end();
});

t.test("the process's own user is trusted as root is", async (t) => {
  await using root = await memoryRoot({ uid: 1000, gid: 1000 });
  using outsider = new Outsider(root.outside);
  await root.fs.ensureDirectory('/etc', { mode: 0o755, uid: 1000, gid: 1000 });
  outsider.link('/l', '/etc');
  t.equal(await root.fs.lstat('/l/x'), null);
  outsider.give('/etc', 0);
  t.equal(await root.fs.lstat('/l/x'), null);
  outsider.give('/l', other);
  await fails(t, root.fs.lstat('/l/x'), 'UNSAFE_LINK');
});

t.test('swapped at any primitive, nothing is written elsewhere', async (t) => {
  let refused = 0;
  for (const uid of [haproxy, 0]) {
    for (let step = 1, reached = true; reached; step += 1) {
      await using root = await memoryRoot();
      const { fs, host } = root;
      using outsider = new Outsider(root.outside);
      await fs.ensureDirectory('/etc', folder);
      await fs.ensureDirectory('/d/sub', folder);
      outsider.link('/d/decoy', 'sub');
      outsider.link('/d/evil', '/etc');
      outsider.give('/d/evil', haproxy);
      outsider.give('/d', uid);
      const at = host.calls + step;
      reached = false;
      host.onPrimitive = ({ index }) => {
        if (index !== at) return;
        reached = true;
        outsider.move('/d/evil', '/d/decoy');
      };
      try {
        await fs.stage('/d/decoy/f', '.t', Buffer.of(), plain);
        await fs.publish('/d/decoy/f', '.t');
      } catch (error) {
        if (!(error instanceof FsError)) throw error;
        refused += 1;
      }
      t.strictSame(await fs.list('/etc'), [], `at step ${step}`);
    }
  }
  t.ok(refused > 10, `${refused} refused`);
});

t.test('where no link is on the way the kernel is asked nothing more', async (t) => {
  await using root = await memoryRoot();
  const { fs, host } = root;
  using outsider = new Outsider(root.outside);
  await fs.ensureDirectory('/d/sub', folder);
  outsider.give('/d', haproxy);
  await fs.flush();
  const before = host.calls;
  await fs.lstat('/d/sub/f');
  const steps = host.calls - before;
  t.equal(host.counts.get('readlink'), undefined);
  t.ok(steps <= 6, `${steps} primitives for three names`);
  outsider.link('/d/way', 'sub');
  outsider.give('/d/way', haproxy);
  outsider.give('/d/sub', haproxy);
  await fs.flush();
  const linked = host.calls;
  await fs.lstat('/d/way/f');
  t.ok(host.calls - linked <= steps + 12, `${host.calls - linked} with a link`);
});
