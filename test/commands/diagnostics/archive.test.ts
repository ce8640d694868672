import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTarGzip } from 'nanotar';
import t from 'tap';
import { packed, type Part } from '../../../agent/commands/diagnostics/archive.ts';

const options = { madeAt: Date.parse('2026-11-24T03:12:40Z') };

async function texts(bytes: Uint8Array) {
  const members = await parseTarGzip(bytes);
  return new Map(members.map(({ name, text }) => [name.replace('keelson-diagnostics/', ''), text]));
}

t.test('what is in it stands in the manifest, and so does what is not', async (t) => {
  const parts: readonly Part[] = [
    { name: 'a.json', what: 'a', value: { password: 'Planted1', note: 'token: Planted2 \u001B[2J', n: 1 } },
    { name: 'b.txt', what: 'b', value: 'PASSWORD=Planted3\nplain\n' },
    { name: 'c.txt', what: 'c', why: 'not here, secret=Planted4' },
  ];
  const { bytes, manifest } = packed(parts, options);
  const found = await texts(bytes);
  t.strictSame([...found.keys()], ['MANIFEST.json', 'a.json', 'b.txt']);
  t.strictSame(JSON.parse(found.get('MANIFEST.json') ?? ''), manifest);
  t.match(manifest, {
    format: 1,
    madeAt: options.madeAt,
    files: [
      { name: 'a.json', what: 'a', bytes: Buffer.byteLength(found.get('a.json') ?? ''), redacted: 2 },
      { name: 'b.txt', what: 'b', redacted: 1 },
    ],
    missing: [{ name: 'c.txt', what: 'c' }],
  });
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  t.notMatch([...found.values()].join('\n'), /Planted|\u001B/u);
});

t.test('tar itself reads it: files for their owner, in one folder', (t) => {
  const file = join(t.testdir(), 'x.tar.gz');
  writeFileSync(file, packed([{ name: 'a.txt', what: 'a', value: 'text\n' }], options).bytes);
  const listed = execFileSync('tar', ['tvzf', file, '--numeric-owner', '--utc'], { encoding: 'utf8' });
  t.match(listed, /^-rw------- 0\/0 +\d+ 2026-11-24 03:12 keelson-diagnostics\/MANIFEST\.json\n/u);
  t.match(listed, /-rw------- 0\/0 +5 2026-11-24 03:12 keelson-diagnostics\/a\.txt\n$/u);
  t.end();
});

t.test('the longest name comes back from tar whole; a longer one is refused', (t) => {
  const file = join(t.testdir(), 'x.tar.gz');
  const longest = 'é'.repeat(40);
  const parts = ['a', 'b'].map((name) => ({ name: `${longest.slice(1)}${name}x`, what: name, value: `${name}\n` }));
  writeFileSync(file, packed(parts, options).bytes);
  for (const { name, value } of parts)
    t.equal(execFileSync('tar', ['xzOf', file, `keelson-diagnostics/${name}`], { encoding: 'utf8' }), value);
  t.throws(() => packed([{ name: `${longest}x`, what: 'c', value: 'c' }], options), { code: 'KSN-BASE-001' });
  t.end();
});

t.test('of a long text the end stays, whole lines of it', async (t) => {
  const value = Array.from({ length: 400_000 }, (_, at) => `line ${at}\n`).join('');
  const { bytes, manifest } = packed([{ name: 'log.txt', what: 'log', value }], options);
  const [file] = manifest.files;
  t.ok((file?.bytes ?? 0) <= 2 * 1024 * 1024);
  t.equal((file?.bytes ?? 0) + (file?.cut ?? 0), value.length);
  const text = (await texts(bytes)).get('log.txt') ?? '';
  t.match(text, /^line \d+\n/u);
  t.ok(text.endsWith('line 399999\n'));
});

t.test('JSON that is too long is left out, and so is the largest where all is too much', (t) => {
  const long = packed([{ name: 'a.json', what: 'a', value: ['x'.repeat(3 * 1024 * 1024)] }], options);
  t.match(long.manifest.missing, [{ name: 'a.json', why: 'left out: 3 MiB are too much' }]);
  const noise = (bytes: number): string => randomBytes(bytes).toString('base64');
  const parts = [
    { name: 'small.txt', what: 'small', value: noise(10_000) },
    { name: 'large.txt', what: 'large', value: noise(60_000) },
  ];
  const { bytes, manifest } = packed(parts, { ...options, most: 40_000 });
  t.ok(bytes.length <= 40_000);
  t.match(manifest.files, [{ name: 'small.txt' }]);
  t.match(manifest.missing, [{ name: 'large.txt', why: /^left out: with it the archive would be larger/u }]);
  t.end();
});
