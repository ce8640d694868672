/** What the file system refuses of a site, told by the path that the person knows. As root where a disk must be full. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { build } from '../../agent/commands/build.ts';
import { validate } from '../../agent/commands/validate.ts';
import { PLAIN_NODE } from '../support/plain-node.ts';
import { fakeInvocation } from './fake-invocation.ts';

const example = fileURLToPath(new URL('../../examples/site', import.meta.url));
const program = fileURLToPath(new URL('../../agent/main.ts', import.meta.url));
const flags = ['--experimental-ffi', '--disable-warning=ExperimentalWarning'];
const NOBODY = 65_534;
const needsRoot = { skip: process.getuid?.() === 0 ? false : 'needs root' } as const;

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-site-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function copyTo(site: string): void {
  cpSync(example, site, { recursive: true, filter: (path) => !/\/build$|generations[.]json$/u.test(path) });
}

/** Mounted until the test ends. */
function mounted(t: Test, at: string, ...args: readonly string[]): void {
  execFileSync('/usr/bin/mount', [...args, at]);
  t.teardown(() => spawnSync('/usr/bin/umount', [at]));
}

function building(site: string, more: { readonly show?: string; readonly check?: boolean } = {}) {
  return build(fakeInvocation('/'), site, { check: false, generation: 'file', output: 'table', ...more });
}

async function validating(...files: readonly string[]): Promise<string> {
  const invocation = fakeInvocation('/');
  const code = await validate(invocation, files, { output: 'table' });
  return `${code} ${invocation.printed.join('\n')}`;
}

t.test('what is no site is told as that', async (t) => {
  const site = join(folderOf(t), 'site');
  for (const more of [{}, { show: 'lb-a' }, { check: true }])
    await t.rejects(building(site, more), { code: 'KSN-CLI-002', message: `there is no site ${site}: no such folder` });
  copyTo(site);
  const node = join(site, 'nodes/lb-a.yaml');
  for (const more of [{}, { show: 'lb-a' }])
    await t.rejects(building(node, more), {
      code: 'KSN-CLI-002',
      message: `${node} is no folder, and a site is one`,
      element: node,
      remedy: /^Name \S*\/site\.$/u,
    });
});

t.test('a full disk: what is there stays, and there is room again', needsRoot, async (t) => {
  const site = folderOf(t);
  mounted(t, site, '-t', 'tmpfs', '-o', 'size=256k', 'keelson-test');
  copyTo(site);
  const filler = join(site, 'filler');
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k']);
  await t.rejects(building(site), { code: 'KSN-BUILD-025', element: /generations\.json$/u, remedy: /df -h/u });
  rmSync(filler);
  t.equal(await building(site), 0);
});

t.test('a site that is mounted read-only', needsRoot, async (t) => {
  const folder = folderOf(t);
  const [site, view] = [join(folder, 'site'), join(folder, 'view')];
  copyTo(site);
  mkdirSync(view);
  mounted(t, view, '--bind', site);
  execFileSync('/usr/bin/mount', ['-o', 'remount,ro,bind', view]);
  await t.rejects(building(view), { code: 'KSN-BUILD-025', element: /view\/generations\.json$/u, remedy: /--check/u });
  t.equal(await building(view, { check: true }), 2, 'a look needs to write nothing');
  t.equal(await building(view, { show: 'lb-a' }), 0);
  t.equal(await validating(view), '0 2 layers, 2 nodes valid.');
});

/** The program as a person without rights runs it. */
function asNobody(...args: readonly string[]) {
  const { status, stderr, stdout } = spawnSync(PLAIN_NODE.command, [...PLAIN_NODE.before, ...flags, program, ...args], {
    encoding: 'utf8',
    uid: NOBODY,
    gid: NOBODY,
    env: {},
    cwd: '/',
  });
  return { status, said: stdout + stderr };
}

const others =
  asNobody('--help').status === 0 ? needsRoot : ({ skip: 'another user cannot read the sources' } as const);

t.test('no permission, for all that looks at a site', others, async (t) => {
  const folder = folderOf(t);
  chmodSync(folder, 0o755);
  const site = join(folder, 'site');
  copyTo(site);
  const seen = site.slice(1);
  t.match(asNobody('build', site), {
    status: 1,
    said: `generations.json  KSN-BUILD-025 Cannot write ${seen}/generations.json: permission denied`,
  });
  chmodSync(join(site, 'nodes'), 0o700);
  for (const args of [
    ['build', '--check', site],
    ['build', site, '--show', 'lb-a'],
    ['validate', site],
  ]) {
    const { status, said } = asNobody(...args);
    t.equal(status, 1, args.join(' '));
    t.match(said, /KSN-BUILD-025/u);
    t.match(said, `${seen}/nodes`);
    t.match(said, /Fix: Build as the user/u);
  }
  chownSync(site, 0, 0);
  chmodSync(site, 0o700);
  for (const args of [
    ['build', '--check', site],
    ['build', site, '--show', 'lb-a'],
    ['validate', join(site, 'base.yaml')],
  ]) {
    const { status, said } = asNobody(...args);
    t.equal(status, 1, args.join(' '));
    t.match(said, /KSN-(?:BUILD-025|CLI-002) /u);
    t.notMatch(said, /the root/u);
  }
});

t.test('one site that cannot be read hides nothing of another', async (t) => {
  const folder = folderOf(t);
  const [empty, site] = [join(folder, 'empty'), join(folder, 'site')];
  mkdirSync(empty);
  copyTo(site);
  writeFileSync(join(site, 'nodes/lb-c.yaml'), 'extends: [nowhere.yaml]\n');
  const said = await validating(empty, site);
  t.match(said, /KSN-BUILD-001/u);
  t.match(said, /lb-c\.yaml:1:\d+ +KSN-BUILD-002/u);
});
