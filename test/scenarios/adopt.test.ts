/** What is taken over from a host and applied there changes nothing of it, to the inode and the second; nor does leaving it again. */
import {
  chmodSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { loadLibc } from '../../hostfs/ffi.ts';
import { keelson, Program, started } from './program.ts';

const isRoot = process.getuid?.() === 0;
const POD = `# by hand
apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { containers: [{ name: web, image: "web:1" }] }
`;

interface Thing {
  readonly file?: string | Buffer;
  readonly link?: string;
  readonly mode?: number;
  readonly owner?: readonly [number, number];
}

const things: Readonly<Record<string, Thing>> = {
  'etc/passwd': { file: 'root:x:0:0::/root:/bin/sh\nhaproxy:x:188:188::/:/sbin/nologin\n' },
  'etc/group': { file: 'root:x:0:\nhaproxy:x:188:\n' },
  'etc/hostname': { file: 'lb-a\n' },
  'etc/app/app.conf': { file: 'listen: ${facts.hostname}\r\n\ttab \n' },
  'etc/app/data.bin': { file: Buffer.from([0, 255, 10, 13]) },
  'etc/app/empty': { file: '' },
  'etc/app/current': { link: '../${x}' },
  'etc/app/secret': { file: 'password\n', mode: 0o600 },
  'etc/app/ours/run.sh': { file: '#!/bin/sh\n', mode: 0o755, owner: [188, 188] },
  'etc/app/ours': { mode: 0o2750, owner: [188, 188] },
  'etc/kubernetes/manifests/web.yaml': { file: POD, mode: 0o644 },
  'etc/kubernetes/manifests': { mode: 0o700 },
};

function plant(root: string): void {
  for (const [path, { file, link, mode, owner }] of Object.entries(things)) {
    const at = join(root, path);
    mkdirSync(dirname(at), { recursive: true });
    if (file !== undefined) writeFileSync(at, file);
    if (link !== undefined) symlinkSync(link, at);
    if (owner !== undefined && isRoot) lchownSync(at, ...owner);
    if (mode !== undefined) chmodSync(at, mode);
  }
  linkSync(join(root, 'etc/app/empty'), join(root, 'etc/app/other-name'));
  if (isRoot) loadLibc()?.setXattr(join(root, 'etc/app/data.bin'), 'user.note', Buffer.from('x'));
  for (const path of Object.keys(things)) if (things[path]?.link === undefined) utimesSync(join(root, path), 1e9, 1e9);
}

/** Everything of everything but the agent's own folders. */
function picture(root: string): readonly string[] {
  const libc = loadLibc();
  const lines: string[] = [];
  const own = new Set(['etc/keelson', 'run', 'var'].map((path) => join(root, path)));
  const visit = (at: string): void => {
    if (own.has(at)) return;
    const { mode, uid, gid, ino, nlink, size, mtimeMs, ctimeMs } = lstatSync(at);
    const type = mode & 0o170000;
    const what = type === 0o120000 ? readlinkSync(at) : type === 0o100000 ? readFileSync(at).toString('hex') : '';
    const xattrs = libc
      ?.xattrNames(at)
      .map((name) => `${name}=${Buffer.from(libc.getXattr(at, name) ?? []).toString('hex')}`);
    lines.push([at.slice(root.length), mode, uid, gid, ino, nlink, size, mtimeMs, ctimeMs, xattrs, what].join(' '));
    if (type === 0o040000) for (const name of readdirSync(at).toSorted()) visit(join(at, name));
  };
  visit(join(root, 'etc'));
  return lines;
}

async function takeOver(t: Test): Promise<void> {
  const root = t.testdir();
  plant(root);
  mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
  writeFileSync(join(root, 'etc/keelson/config.d/10.yaml'), 'trust: { allowUnsigned: [adopted] }\n');
  const at = (...args: readonly string[]) => keelson('--root', root, ...args);
  const before = picture(root);
  const spec = join(root, 'adopted.yaml');

  const adopted = await at('adopt', '/etc', '--with-secrets', '-o', spec);
  t.equal(adopted.code, 2, adopted.err);
  t.match(adopted.err, /KSN-ADOPT-008 \/etc\/app\/empty has 2 names/u);
  if (isRoot) t.match(adopted.err, /KSN-ADOPT-006 \/etc\/app\/data\.bin has user\.note/u);
  t.match(adopted.err, /1 pod taken over into \S+\. \d left out\.\nNext: keelson plan /u);
  t.match(await at('adopt', '/etc', '-o', spec), { code: 1, err: /KSN-CLI-002 cannot write .* it is there already/u });
  t.match(await at('adopt', '/nothing'), { code: 1, out: '', err: /Nothing was taken over\. 1 left out\./u });
  t.match(await at('adopt', 'etc'), { code: 1, err: /KSN-CLI-001 etc is not absolute/u });
  if (isRoot) t.match(readFileSync(spec, 'utf8'), /mode: "2750"\n {6}owner: haproxy\n {6}group: haproxy\n/u);
  t.equal((await at('adopt', '/etc', '--with-secrets')).out, readFileSync(spec, 'utf8'), 'the same each time');
  t.same(picture(root), before, 'adopting writes nothing');

  const agent = started(t, '--root', root, 'agent');
  await agent.says(/"event":"ready"/u);
  const plan = await at('plan', spec);
  t.match(plan, { code: 2, out: /\n12 taken over as they are\. Reboot: no\./u }, plan.out + plan.err);
  t.equal(plan.out.match(/adopt as it is/gu)?.length, 12);
  const applied = await at('apply', spec, '--yes');
  t.match(applied, { code: 0, out: /OK/u }, applied.out + applied.err);
  t.same(picture(root), before, 'applying it changes nothing');
  t.equal((await at('leave', '--restore', '--yes', '--reason', 'test')).code, 0);
  const end = Date.now() + 20_000;
  while (!(await at('status')).out.includes('LEFT') && Date.now() < end);
  t.match(await at('status'), { out: /LEFT/u });
  t.same(picture(root), before, 'nor does leaving it');
  t.equal((await agent.stop()).code, 0);
}

/** Whoever runs the tests: root with files of others, an ordinary user with their own. */
t.test('a host is taken over as it is', (t) => takeOver(t));
t.test('an ordinary user is told whose things are', { skip: isRoot ? false : 'needs root' }, async (t) => {
  const { out } = await new Program(['adopt', '/etc/passwd', '/etc/shadow'], '', { uid: 65534, gid: 65534 }).ended;
  t.match(out, /^ {4}\/etc\/passwd:\n {6}content:/mu);
  t.notMatch(out, /^ {6}(?:owner|group):/mu, 'root’s');
});
