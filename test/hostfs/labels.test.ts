/** Labels and owners on a real file system; what needs an SELinux kernel is played by a folder. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { loadLibc } from '../../hostfs/ffi.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { memoryRoot, ownIds, realRoot, sha256, temporaryFolder } from '../support/roots.ts';
import { fails, folder, plain, text } from './contract.ts';
import { Outsider } from './outsider.ts';

const label = 'system_u:object_r:etc_t:s0';
const isRoot = process.getuid?.() === 0;

t.test('without SELinux labels are ignored for setting', async (t) => {
  await using root = await realRoot();
  t.equal(root.outside.labels, 'absent');
  await root.fs.writeDurably('/f', Buffer.from('x'), { ...plain, label });
  await root.fs.setAttributes('/f', { ...plain, label });
  await root.fs.makeDirectory('/d', { ...folder, label }, '.d');
  await root.fs.stageLink('/l', '.l', 'f', { uid: 0, gid: 0, label });
  await root.fs.publish('/l', '.l');
  t.equal((await root.fs.lstat('/f'))?.label, undefined);
});

t.test(
  'a label that is on disk is read, and apart from other attributes',
  { skip: !isRoot && 'needs root' },
  async (t) => {
    await using root = await realRoot();
    await root.fs.writeDurably('/f', Buffer.from('x'), plain);
    using outsider = new Outsider(root.outside);
    outsider.attribute('/f', 'security.selinux', `${label}\0`);
    outsider.attribute('/f', 'user.note', 'x');
    t.equal((await root.fs.lstat('/f'))?.label, label);
    t.match(await root.fs.audit('/f', sha256), { label, xattrs: { 'user.note': 'eA==' } });
    t.strictSame(Object.keys((await root.fs.audit('/f', sha256))?.xattrs ?? {}), ['user.note']);
  },
);

t.test('with SELinux everything is created with its label, and relabelled in place', async (t) => {
  const { fs } = await memoryRoot({ labels: 'full' });
  await fs.writeDurably('/f', Buffer.from('x'), { ...plain, label });
  await fs.makeDirectory('/d', { ...folder, label }, '.d');
  await fs.stageLink('/l', '.l', 'f', { uid: 0, gid: 0, label });
  await fs.publish('/l', '.l');
  for (const path of ['/f', '/d', '/l']) t.equal((await fs.lstat(path))?.label, label, path);
  await fs.setAttributes('/f', { ...plain, label: 'other_t' });
  t.equal((await fs.lstat('/f'))?.label, 'other_t');
  await fs.setAttributes('/f', plain);
  t.equal((await fs.lstat('/f'))?.label, 'other_t', 'none asked for, none changed');
  t.equal((await fs.audit('/f', sha256))?.xattrs, undefined, 'the label is no other attribute');
});

t.test('with SELinux and no extended attributes a label can be given, and a change is refused', async (t) => {
  const { fs } = await memoryRoot({ labels: 'create', xattrs: false });
  await fs.writeDurably('/f', Buffer.from('x'), { ...plain, label });
  t.equal((await fs.lstat('/f'))?.label, undefined, 'unreadable');
  await fails(t, fs.setAttributes('/f', { ...plain, label }), 'UNSUPPORTED');
  await fs.setAttributes('/f', { ...plain, mode: 0o600 });
});

t.test('a label that the kernel refuses is told, and nothing is left', async (t) => {
  using place = temporaryFolder();
  mkdirSync(`${place.path}/selinux`);
  writeFileSync(`${place.path}/selinux/enforce`, '1');
  mkdirSync(`${place.path}/root`);
  for (const libc of [loadLibc(), null]) {
    const primitives = nodePrimitives({ root: `${place.path}/root`, libc, selinuxfs: `${place.path}/selinux` });
    t.equal(primitives.labels, libc === null ? 'create' : 'full');
    await using fs = await openRoot(primitives, { ids: ownIds });
    await fs.writeDurably('/f', Buffer.from('x'), plain);
    const refused = 'not a context of any policy';
    await fails(t, fs.stage('/f', '.t', Buffer.from('y'), { ...plain, label: refused }), 'UNSUPPORTED');
    await fails(t, fs.makeDirectory('/d', { ...folder, label: refused }, '.t'), 'UNSUPPORTED');
    await fails(t, fs.stageLink('/l', '.t', 'f', { uid: 0, gid: 0, label: refused }), 'UNSUPPORTED');
    t.strictSame(readdirSync(`${place.path}/root`), ['f']);
    t.equal(text(await fs.read('/f')), 'x');
    await fs.writeDurably('/f', Buffer.from('later'), plain);
  }
});

t.test('owners are given and taken', { skip: !isRoot && 'needs root' }, async (t) => {
  await using root = await realRoot({ ids: 'as-is' });
  await root.fs.writeDurably('/f', Buffer.from('x'), { mode: 0o6755, uid: 1234, gid: 4321 });
  const { uid, gid, mode } = statSync(`${root.path}/f`);
  t.strictSame([uid, gid, mode & 0o7777], [1234, 4321, 0o6755], 'the mode is set after the owner');
  await root.fs.setAttributes('/f', { mode: 0o4755, uid: 0, gid: 7 });
  t.match(await root.fs.lstat('/f'), { mode: 0o4755, uid: 0, gid: 7 });
  await root.fs.makeDirectory('/d', { mode: 0o2770, uid: 5, gid: 6 }, '.d');
  t.match(await root.fs.lstat('/d'), { mode: 0o2770, uid: 5, gid: 6 });
  await root.fs.writeDurably('/d/f', Buffer.from('x'), plain);
  t.match(await root.fs.lstat('/d/f'), { uid: 0, gid: 0 }, 'also in a setgid directory');
  await root.fs.stageLink('/l', '.l', 'f', { uid: 8, gid: 9 });
  await root.fs.publish('/l', '.l');
  t.match(await root.fs.lstat('/l'), { type: 'link', uid: 8, gid: 9 });
  await root.fs.setAttributes('/l', { mode: 0o777, uid: 1, gid: 2 });
  t.match(await root.fs.lstat('/l'), { uid: 1, gid: 2 });
  t.match(await root.fs.lstat('/f'), { uid: 0, gid: 7 }, 'not through the link');
});

t.test('a sandbox shows its own ids as 0, and gives no others', async (t) => {
  const { fs, host } = await memoryRoot({ uid: 1000, gid: 100 });
  await using sandbox = await openRoot(host.primitives, { ids: { uid: 1000, gid: 100 } });
  // A process without root rights may not even try.
  host.fail((call) => (call.primitive === 'setOwner' || call.primitive === 'setLinkOwner' ? 'EPERM' : undefined));
  await sandbox.writeDurably('/f', Buffer.from('x'), { mode: 0o640, uid: 0, gid: 0 });
  t.match(await sandbox.lstat('/f'), { uid: 0, gid: 0 });
  t.match(await fs.lstat('/f'), { uid: 1000, gid: 100 });
  await sandbox.setAttributes('/f', { mode: 0o600, uid: 0, gid: 0 });
  await sandbox.makeDirectory('/d', folder, '.d');
  await sandbox.stageLink('/l', '.l', 'f', { uid: 0, gid: 0 });
  await sandbox.publish('/l', '.l');
  t.match(await sandbox.audit('/l', sha256), { uid: 0, gid: 0 });
  await fails(t, sandbox.stage('/g', '.t', Buffer.of(), { ...plain, uid: 5 }), 'UNSUPPORTED');
  await fails(t, sandbox.makeDirectory('/g', { ...folder, gid: 5 }, '.t'), 'UNSUPPORTED');
  await fails(t, sandbox.setAttributes('/f', { ...plain, uid: 1000 }), 'UNSUPPORTED');
  await fails(t, sandbox.stageLink('/g', '.t', 'x', { uid: 1, gid: 1 }), 'UNSUPPORTED');
  await fails(t, fs.stage('/g', '.t', Buffer.of(), { ...plain, uid: 5 }), 'DENIED');
  t.strictSame(await sandbox.list('/'), ['d', 'f', 'l']);
  t.match(await sandbox.lstat('/'), { uid: 0, gid: 0 });
});
