/** Ignition configs as text: all that is wrong at once, with its place, and never a crash. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { contentsOf } from '../../agent/ignition/contents.ts';
import type { IgnitionConfig } from '../../agent/ignition/config.ts';
import { readDataUrl } from '../../agent/ignition/data-url.ts';
import { loadConfig } from '../../agent/ignition/load-config.ts';
import { mergeConfigs } from '../../agent/ignition/merge.ts';
import { readConfig } from '../../agent/ignition/read-config.ts';
import { Seeded } from '../support/seeded.ts';

const read = (text: string) => readConfig(Buffer.from(text), 'x.ign');
const codes = (text: string): readonly string[] => (read(text).findings ?? []).map(({ code }) => code);
const of = (version: string, rest: object): string => JSON.stringify({ ignition: { version }, ...rest });

t.test('everything that is wrong is told at once, with place and remedy', (t) => {
  const { findings = [] } = read(
    [
      '{ "ignition": { "version": "3.1.0" },',
      '  "storage": { "fils": [],',
      '    "files": [{ "path": "etc/x" }, { "mode": "0644", "path": "/x" }] },',
      '  "kernelArguments": {} }',
    ].join('\n'),
  );
  t.strictSame(
    findings.map(({ code, place, remedy }) => [code, place, remedy?.slice(0, 25)]),
    [
      ['KSN-IGN-003', { file: 'x.ign', line: 2, column: 16 }, "Write 'files'."],
      ['KSN-IGN-006', { file: 'x.ign', line: 3, column: 38 }, 'Give a value as the findi'],
      ['KSN-IGN-004', { file: 'x.ign', line: 4, column: 3 }, 'Raise ignition.version to'],
    ],
  );
  t.end();
});

t.test('names, paths, modes, hashes and entries that exclude each other', (t) => {
  const file = (more: object) => of('3.5.0', { storage: { files: [{ path: '/x', ...more }] } });
  t.strictSame(codes(of('3.7.0', {})), ['KSN-IGN-002']);
  t.strictSame(codes('{"ignition":{}}'), ['KSN-IGN-005']);
  t.strictSame(codes('{"ignition":{"version":"3.0.0"},"ignition":{}}'), ['KSN-IGN-001']);
  t.strictSame(codes('{'), ['KSN-IGN-001']);
  for (const path of ['x', '/x/', '/x/../y', '/x//y', '']) t.strictSame(codes(file({ path })), ['KSN-IGN-006'], path);
  t.strictSame(codes(file({ mode: 4096 })), ['KSN-IGN-006']);
  t.strictSame(codes(file({ user: { id: 0, name: 'root' } })), ['KSN-IGN-006']);
  t.strictSame(codes(file({ contents: { source: 'data:,', verification: { hash: 'sha256-00' } } })), ['KSN-IGN-006']);
  t.strictSame(codes(file({ contents: { source: 'ftp://x' } })), ['KSN-IGN-006']);
  t.strictSame(codes(file({ contents: { compression: 'xz' } })), ['KSN-IGN-006']);
  t.strictSame(codes(of('3.5.0', { storage: { files: [{ path: '/x' }], directories: [{ path: '/x' }] } })), [
    'KSN-IGN-007',
  ]);
  const beneath = { links: [{ path: '/x', target: '/y' }], files: [{ path: '/x/z' }] };
  t.strictSame(codes(of('3.5.0', { storage: beneath })), ['KSN-IGN-007']);
  t.strictSame(codes(of('3.5.0', { systemd: { units: [{ name: 'x' }] } })), ['KSN-IGN-006']);
  t.strictSame(codes(of('3.5.0', { passwd: { users: [{ name: 'a' }, { name: 'a' }] } })), ['KSN-IGN-007']);
  t.equal(read(file({ mode: null, contents: null })).findings, undefined, 'null is as absent');
  t.end();
});

t.test('setuid and its like count from 3.6.0, as for Ignition', (t) => {
  const mode = (version: string) =>
    read(of(version, { storage: { files: [{ path: '/x', mode: 0o4755 }] } })).config?.storage?.files?.[0]?.mode;
  t.equal(mode('3.5.0'), 0o755);
  t.equal(mode('3.6.0'), 0o4755);
  t.end();
});

t.test('data: URLs in both forms', (t) => {
  const text = (url: string) => {
    const bytes = readDataUrl(url);
    return bytes === null ? null : Buffer.from(bytes).toString();
  };
  t.equal(text('data:,a%20b%0a'), 'a b\n');
  t.equal(text('data:text/plain;charset=utf-8;base64,aGk='), 'hi');
  t.equal(text('data:,ä'), 'ä');
  t.equal(text('data:,'), '');
  for (const broken of ['data:aGk', 'data:;base64,a', 'data:;base64,aGk', 'data:,%zz', 'http://x,'])
    t.equal(text(broken), null, broken);
  t.end();
});

t.test('contents are unpacked, bounded and verified', (t) => {
  const packed = (bytes: Uint8Array) => `data:;base64,${gzipSync(bytes).toString('base64')}`;
  const hash = `sha512-${createHash('sha512').update('hi').digest('hex')}`;
  const all = { bytes: 1 << 20 };
  const source = packed(Buffer.from('hi'));
  const good = contentsOf({ source, compression: 'gzip', verification: { hash } }, 'file:/x', all);
  t.match(good, { bytes: Buffer.from('hi') });
  const code = (resource: Parameters<typeof contentsOf>[0]) => {
    const contents = contentsOf(resource, 'file:/x', { bytes: 1 << 20 });
    return 'broken' in contents ? contents.broken.code : 'elsewhere' in contents ? contents.elsewhere.code : 'here';
  };
  t.equal(code({ source: 'data:,ho', verification: { hash } }), 'KSN-IGN-008');
  t.equal(code({ source: 'data:,ho', compression: 'gzip' }), 'KSN-IGN-008');
  t.equal(code({ source: packed(Buffer.alloc(1 << 21)), compression: 'gzip' }), 'KSN-IGN-009', 'a bomb');
  t.equal(code({ source: 'https://example.net/x' }), 'KSN-IGN-010');
  t.end();
});

t.test('configs that are merged, replaced, elsewhere, or lead in a circle', async (t) => {
  const child = of('3.5.0', { storage: { files: [{ path: '/a', mode: 384 }, { path: '/b' }] } });
  const asData = (text: string) => ({ source: `data:;base64,${Buffer.from(text).toString('base64')}` });
  const parent = (config: object) =>
    Buffer.from(
      JSON.stringify({ ignition: { version: '3.5.0', config }, storage: { files: [{ path: '/a', mode: 420 }] } }),
    );
  const nowhere = async () => null;
  const merged = await loadConfig(parent({ merge: [asData(child)] }), 'p.ign', nowhere);
  t.strictSame(merged.config?.storage?.files, [{ path: '/a', mode: 384 }, { path: '/b' }]);
  const replaced = await loadConfig(parent({ replace: asData(child) }), 'p.ign', nowhere);
  t.equal(replaced.config?.storage?.files?.length, 2);
  const far = await loadConfig(parent({ merge: [{ source: 'https://example.net/c.ign' }] }), 'p.ign', nowhere);
  t.match(far.missing, [{ code: 'KSN-IGN-010' }]);
  t.equal(far.config?.storage?.files?.length, 1);
  const found = await loadConfig(parent({ merge: [{ source: 'https://example.net/c.ign' }] }), 'p.ign', async () =>
    Buffer.from(child),
  );
  t.equal(found.config?.storage?.files?.length, 2);
  const circle = parent({ merge: [{ source: 'file:///p.ign' }] });
  t.match(await loadConfig(circle, 'p.ign', async () => circle), { config: null, findings: [{ code: 'KSN-IGN-014' }] });
});

t.test('a merge keeps one entry a path, whichever list it stands in', (t) => {
  const base = { ignition: { version: '3.5.0' } };
  const parent: IgnitionConfig = {
    ...base,
    storage: { files: [{ path: '/x', append: [{ source: 'data:,a' }] }, { path: '/y' }] },
  };
  const child: IgnitionConfig = {
    ...base,
    storage: { files: [{ path: '/x', append: [{ source: 'data:,b' }] }], links: [{ path: '/y', target: '/z' }] },
  };
  const { storage } = mergeConfigs(parent, child);
  t.strictSame(storage?.files, [{ path: '/x', append: [{ source: 'data:,a' }, { source: 'data:,b' }] }]);
  t.strictSame(storage?.links, [{ path: '/y', target: '/z' }]);
  t.end();
});

t.test('no bytes make it throw, and no value of a config is quoted', async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);
  const random = new Seeded(seed);
  const secret = 'tr0ub4dor';
  const sound = of('3.5.0', {
    storage: { files: [{ path: '/x', mode: 420, contents: { source: `data:,${secret}`, verification: {} } }] },
    systemd: { units: [{ name: 'a.service', contents: secret, dropins: [{ name: 'b.conf', contents: secret }] }] },
    passwd: { users: [{ name: 'core', passwordHash: secret, sshAuthorizedKeys: [secret] }] },
  });
  for (let round = 0; round < 3000; round += 1) {
    const bytes = Buffer.from(sound);
    for (let edits = 1 + random.between(0, 3); edits > 0; edits -= 1) {
      const at = random.between(0, bytes.length - 1);
      const bits = '{}[]",:0nt\\e \xff';
      bytes.write(bits[random.between(0, bits.length - 1)] ?? '{', at, 'latin1');
    }
    const { findings } = await loadConfig(bytes, 'x', async () => null);
    if (findings.some(({ message }) => message.includes(secret)))
      t.fail(`seed ${seed}: a secret in ${JSON.stringify(findings)}`);
  }
  t.pass(`seed ${seed}`);
});
