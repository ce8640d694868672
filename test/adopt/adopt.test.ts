/** What becomes a resource, and what is left out with which code. */
import fc from 'fast-check';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { specOf, type AdoptedSpec } from '../../agent/adopt/adopted-spec.ts';
import { excludes } from '../../agent/adopt/exclusion.ts';
import { gather } from '../../agent/adopt/walk.ts';
import { parseDocument } from '../../agent/desired/document.ts';
import type { AdoptHost } from '../../agent/resources/kind.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { DEFAULT_POLICY, type LocalPolicy } from '../../agent/verify/local-policy.ts';
import { FsError } from '../../hostfs/errors.ts';
import type { Digester, FileSystem } from '../../hostfs/filesystem.ts';
import { memoryRoot, realRoot, type Root } from '../support/roots.ts';
import { TEST_SETTINGS } from '../support/test-host.ts';
import { plant, type Tree } from '../support/tree.ts';

const signal = new AbortController().signal;

interface Adopting {
  readonly exclude?: readonly string[];
  readonly policy?: LocalPolicy;
  readonly withSecrets?: boolean;
}

async function adopt({ fs }: Root, paths: readonly string[], options: Adopting = {}): Promise<AdoptedSpec> {
  const { exclude = [], policy = DEFAULT_POLICY, withSecrets = false } = options;
  const names = { user: (id: number) => (id === 33 ? 'www-data' : null), group: () => null };
  const host: AdoptHost = { fs, names, settings: TEST_SETTINGS, withSecrets };
  const haul = await gather(paths, { kinds, host, policy, excluded: excludes(exclude), signal });
  return specOf(haul, { kinds, settings: TEST_SETTINGS, policy, fs, series: 'adopted', comment: ['by a test'] });
}

async function memory(t: Test, tree: Tree): Promise<Root> {
  const root = await memoryRoot();
  t.teardown(() => root[Symbol.asyncDispose]());
  await plant(root.fs, tree);
  return root;
}

const out = ({ leftOut }: AdoptedSpec): readonly string[] => leftOut.map(({ code, element }) => `${code} ${element}`);

t.test('a folder with what is in it, in the words of a spec', async (t) => {
  const root = await memory(t, {
    '/etc/app': { directory: true, mode: 0o750, uid: 33, gid: 7 },
    '/etc/app/a.conf': { file: 'one\n\ttwo \n', uid: 33 },
    '/etc/app/b.bin': { file: Uint8Array.of(0, 1, 255) },
    '/etc/app/run': { file: '#!/bin/sh\n', mode: 0o755 },
    '/etc/app/current': { link: '${x}/$${y}' },
    '/etc/other': { file: 'not named' },
  });
  const { text, leftOut } = await adopt(root, ['/etc/app'], { withSecrets: true });
  t.strictSame(leftOut, []);
  t.equal(
    text,
    `# by a test
apiVersion: keelson.dev/v1
kind: NodeSpec
metadata:
  series: adopted
  generation: 1
spec:
  directories:
    /etc/app:
      mode: "0750"
      owner: www-data
      group: 7
  files:
    /etc/app/a.conf:
      content:
        inline: |
          one
          	two\x20
      owner: www-data
    /etc/app/b.bin:
      content:
        base64: AAH/
    /etc/app/run:
      content:
        inline: |
          #!/bin/sh
      mode: "0755"
  links:
    /etc/app/current:
      target: $\${x}/$$\${y}
`,
  );
  t.equal(
    (await adopt(root, ['/etc/app/b.bin', '/etc/app', '/etc/app'], { withSecrets: true })).text,
    text,
    'each once',
  );
});

t.test('what no spec should carry is left out, unless it is asked for', async (t) => {
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n';
  const root = await memory(t, {
    '/etc/a/closed': { directory: true, mode: 0o700 },
    '/etc/a/closed/inside': { file: 'x' },
    '/etc/a/group': { file: 'x', mode: 0o640 },
    '/etc/a/key.pem': { file: key },
    '/etc/a/shadow': { file: 'root:*:\n' },
    '/etc/a/users': { file: `ana:$6$abcdefgh$${'x'.repeat(86)}\n` },
    '/etc/a/plain': { file: 'password goes here\n' },
  });
  const adopted = await adopt(root, ['/etc/a']);
  t.strictSame(out(adopted), [
    'KSN-ADOPT-010 /etc/a/closed/inside',
    'KSN-ADOPT-010 /etc/a/group',
    'KSN-ADOPT-009 /etc/a/key.pem',
    'KSN-ADOPT-009 /etc/a/shadow',
    'KSN-ADOPT-009 /etc/a/users',
  ]);
  t.notMatch(JSON.stringify(adopted.leftOut), /abc/, 'and nothing of it is told');
  t.strictSame(out(await adopt(root, ['/etc/a'], { withSecrets: true })), []);
});

t.test('what a spec cannot say, on a real disk', async (t) => {
  const root = await realRoot();
  t.teardown(() => root[Symbol.asyncDispose]());
  await plant(root.fs, {
    '/etc/a/hard': { file: 'x' },
    '/etc/a/setuid': { file: 'x', mode: 0o4755 },
    '/etc/a/plain': { file: 'x' },
    '/etc/keelson/config.d/x.yaml': { file: '{}' },
    '/srv/x': { link: '/etc/keelson' },
  });
  const at = (path: string): string => join(root.path, path);
  linkSync(at('/etc/a/hard'), at('/etc/a/hard2'));
  writeFileSync(Buffer.concat([Buffer.from(at('/etc/a/')), Buffer.of(0xff)]), 'x');
  symlinkSync(Buffer.of(0xfe), at('/etc/a/l'));
  writeFileSync(at('/etc/a/new\nline'), 'x');
  writeFileSync(at('/etc/a/large'), Buffer.alloc(1024 * 1024 + 1));
  mkdirSync(at('/etc/a/.keelson-x'));
  const adopted = await adopt(root, ['/etc', '/srv/x/config.d', '/none', '/proc']);
  t.strictSame(Object.keys(adopted.sections['files'] ?? {}), ['/etc/a/plain']);
  t.strictSame(Object.keys(adopted.sections['directories'] ?? {}), ['/etc/a']);
  t.strictSame(
    new Set(out(adopted)),
    new Set([
      'KSN-SPEC-017 /etc/a/.keelson-x',
      'KSN-ADOPT-008 /etc/a/hard',
      'KSN-ADOPT-008 /etc/a/hard2',
      'KSN-ADOPT-013 /etc/a/l',
      'KSN-ADOPT-005 /etc/a/large',
      'KSN-SPEC-017 /etc/a/new\nline',
      'KSN-ADOPT-007 /etc/a/setuid',
      'KSN-ADOPT-013 /etc/a/\udcff',
      'KSN-ADOPT-002 /etc/keelson',
      'KSN-ADOPT-001 /none',
      'KSN-ADOPT-002 /proc',
      'KSN-VERIFY-024 /srv/x/config.d',
      'KSN-VERIFY-024 /srv/x/config.d/x.yaml',
    ]),
  );
});

t.test('attributes of other programs', async (t) => {
  const root = await realRoot();
  t.teardown(() => root[Symbol.asyncDispose]());
  await plant(root.fs, { '/a': { file: 'x' } });
  const handle = root.outside.openRoot();
  t.teardown(() => root.outside.close(handle));
  root.outside.setXattr(handle, 'a', 'user.note', Buffer.from('y'));
  const adopted = await adopt(root, ['/a']);
  t.match(adopted.leftOut, [{ code: 'KSN-ADOPT-006', message: '/a has user.note' }]);
});

t.test('what is mounted, kept from this user, or written to meanwhile', async (t) => {
  const root = await memory(t, {
    '/etc/a/mount/x': { file: 'x' },
    '/etc/a/closed/x': { file: 'x' },
    '/etc/a/denied': { file: 'x' },
    '/etc/a/growing': { file: 'x' },
    '/etc/a/gone': { file: 'x' },
  });
  const denied = (path: string): FsError => new FsError('DENIED', path, `${path}: not permitted`);
  const fs: FileSystem & AsyncDisposable = Object.create(root.fs, {
    audit: {
      value: async (path: string, ...rest: [() => Digester]) => {
        const entry = await root.fs.audit(path, ...rest);
        if (path === '/etc/a/gone') return null;
        if (path === '/etc/a/mount') return { ...entry, device: 99 };
        return path === '/etc/a/growing' ? { ...entry, digest: 'another' } : entry;
      },
    },
    list: {
      value: async (path: string) => (path === '/etc/a/closed' ? Promise.reject(denied(path)) : root.fs.list(path)),
    },
    read: {
      value: async (path: string) => (path === '/etc/a/denied' ? Promise.reject(denied(path)) : root.fs.read(path)),
    },
    lstat: { value: (path: string) => root.fs.lstat(path) },
  }) as FileSystem & AsyncDisposable;
  const adopted = await adopt({ ...root, fs }, ['/etc/a']);
  t.strictSame(out(adopted), [
    'KSN-ADOPT-004 /etc/a/closed',
    'KSN-ADOPT-004 /etc/a/denied',
    'KSN-ADOPT-012 /etc/a/growing',
    'KSN-ADOPT-011 /etc/a/mount',
  ]);
  t.strictSame(Object.keys(adopted.sections['directories'] ?? {}), ['/etc/a', '/etc/a/closed']);
  t.strictSame(out(await adopt(root, ['/etc/a/mount'])), [], 'named, it is meant');
});

t.test('local policy and exclusions bound it', async (t) => {
  const root = await memory(t, {
    '/etc/a/x.conf': { file: 'x' },
    '/etc/a/x.bak': { file: 'x' },
    '/etc/a/deep/er/x.conf': { file: 'x' },
    '/etc/b/x.conf': { file: 'x' },
  });
  const paths = { allow: ['/etc/a'], deny: [] };
  const bounded = await adopt(root, ['/etc'], { policy: { ...DEFAULT_POLICY, paths }, exclude: ['*.bak'] });
  t.strictSame(out(bounded), ['KSN-ADOPT-002 /etc/b/x.conf']);
  t.strictSame(Object.keys(bounded.sections['files'] ?? {}), ['/etc/a/deep/er/x.conf', '/etc/a/x.conf']);
  const names = async (...exclude: readonly string[]): Promise<readonly string[]> =>
    Object.values((await adopt(root, ['/etc/a'], { exclude })).sections).flatMap((section) => Object.keys(section));
  t.strictSame(await names('/etc/a/deep/', 'x.?ak'), ['/etc/a', '/etc/a/x.conf']);
  t.strictSame(await names('/etc/a/**'), ['/etc/a']);
  t.strictSame(await names('/etc/*/x.conf', 'deep'), ['/etc/a', '/etc/a/x.bak']);
});

t.test('more than a spec may hold is refused, with what is largest', async (t) => {
  const large = { file: 'x'.repeat(400 * 1024) };
  const root = await memory(t, { '/srv/a': large, '/srv/b': large, '/srv/c': large, '/srv/d': { file: 'x' } });
  await t.rejects(adopt(root, ['/srv']), {
    code: 'KSN-ADOPT-014',
    message: /4 resources of 1200 KiB by \/srv\/c; the largest are \/srv\/a \(400 KiB\)/,
  });
});

t.test('so is what is too much only as text', async (t) => {
  const binary = { file: Buffer.alloc(450 * 1024, 0xff) };
  const root = await memory(t, { '/srv/a': binary, '/srv/b': binary });
  await t.rejects(adopt(root, ['/srv']), {
    code: 'KSN-ADOPT-014',
    message: /^as a spec it would have 1201 KiB; the largest are \/srv\/a \(600 KiB\), \/srv\/b \(600 KiB\)/,
  });
});

t.test('manifests become pods, strictly valid ones', async (t) => {
  const valid = 'kind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec: {containers: [{name: web, image: "web:1"}]}\n';
  const at = '/etc/kubernetes/manifests';
  const root = await memory(t, {
    [`${at}/web.yaml`]: { file: valid },
    [`${at}/10-api.yaml`]: { file: valid.replace('name: web', 'name: api') },
    [`${at}/bad.yaml`]: { file: valid.replace('name: web', 'name: bad').replace('image', 'imag') },
    [`${at}/list.json`]: { file: '{' },
    [`${at}/old.yaml`]: { link: 'web.yaml' },
    [`${at}/.hidden`]: { file: 'not kubelet’s' },
    '/etc/web.yaml': { file: valid },
  });
  const adopted = await adopt(root, ['/etc']);
  t.same(adopted.sections['staticPods'], {
    web: {
      pod: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'web', image: 'web:1' }] },
      },
      manifest: 'web.yaml',
    },
  });
  t.strictSame(Object.keys(adopted.sections['files'] ?? {}), [`${at}/.hidden`, '/etc/web.yaml']);
  t.strictSame(out(adopted), [
    `KSN-ADOPT-015 ${at}/10-api.yaml`,
    `KSN-POD-002 ${at}/bad.yaml`,
    `KSN-POD-001 ${at}/list.json`,
    `KSN-ADOPT-003 ${at}/old.yaml`,
  ]);
});

t.test('any bytes come back out of the text of the spec', async (t) => {
  const root = await memory(t, {});
  const characters = ['a', ' ', '\n', '\t', '\r', '#', ':', '"', "'", '-', '|', '${', 'é', '\u00A0', '\u2028', '\0'];
  const text = fc.array(fc.constantFrom(...characters)).map((some) => Buffer.from(some.join('')));
  const content = fc.oneof(
    text,
    fc.uint8Array().map((some) => Buffer.from(some)),
  );
  await fc.assert(
    fc.asyncProperty(content, async (bytes) => {
      await plant(root.fs, { '/x': { file: bytes } });
      const adopted = await adopt(root, ['/x'], { withSecrets: true });
      const value = parseDocument(Buffer.from(adopted.text)).document?.value as {
        readonly spec: {
          readonly files: { readonly '/x': { readonly content: { inline?: string; base64?: string } } };
        };
      };
      const { inline, base64 = '' } = value.spec.files['/x'].content;
      const back = inline === undefined ? Buffer.from(base64, 'base64') : Buffer.from(inline);
      if (!back.equals(bytes)) throw new Error(`${back.toString('hex')} is not ${bytes.toString('hex')}`);
    }),
    { numRuns: 300 },
  );
  t.pass('300 contents');
});
