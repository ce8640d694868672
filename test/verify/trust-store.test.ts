import t from 'tap';
import fc from 'fast-check';
import { FsError } from '../../hostfs/errors.ts';
import type { Entry, ReadFileSystem } from '../../hostfs/filesystem.ts';
import { generateKeys } from '../../agent/verify/keys.ts';
import { readTrust, thresholdFor, TRUST_FOLDERS } from '../../agent/verify/trust-store.ts';
import { readTrustFile } from '../../agent/verify/trust-file.ts';
import { matches } from '../../agent/verify/series-pattern.ts';
import { memoryRoot } from '../support/roots.ts';
import { plant } from '../support/tree.ts';

type Files = Readonly<
  Record<string, string | { readonly link: string } | { readonly text: string; readonly mode: number }>
>;
const [image, etc, run] = TRUST_FOLDERS;
const one = { threshold: 1, bySeries: {} };

/** Just enough of a file system. */
function disk(files: Files): Pick<ReadFileSystem, 'lstat' | 'read' | 'list'> {
  const text = (path: string): string | undefined => {
    const file = files[path];
    return typeof file === 'string' ? file : file !== undefined && 'text' in file ? file.text : undefined;
  };
  return {
    list: (folder) =>
      Promise.resolve(
        Object.keys(files)
          .filter((path) => path.slice(0, path.lastIndexOf('/')) === folder)
          .map((path) => path.slice(path.lastIndexOf('/') + 1))
          .toSorted(),
      ),
    lstat: (path) => {
      const file = files[path];
      if (file === undefined) return Promise.resolve(null);
      const link = typeof file === 'object' && 'link' in file ? file.link : undefined;
      const mode = typeof file === 'object' && 'mode' in file ? file.mode : 0o644;
      const entry: Entry = {
        type: link === undefined ? 'file' : 'link',
        mode,
        uid: 0,
        gid: 0,
        size: text(path)?.length ?? 0,
        device: 1,
        inode: 1,
        links: 1,
        modifiedMs: 0,
        ...(link !== undefined && { target: link }),
      };
      return Promise.resolve(entry);
    },
    read: (path) => {
      const content = text(path);
      return content === undefined
        ? Promise.reject(new FsError('DENIED', path, 'no'))
        : Promise.resolve(Buffer.from(content));
    },
  };
}

function file(series = '[lb, "gpu-*"]', more = ''): string {
  const pem = generateKeys().publicPem.trimEnd().replaceAll('\n', '\n  ');
  return `publicKey: |\n  ${pem}\nseries: ${series}\n${more}`;
}

t.test('one file a key; later folders hide earlier ones; a link to /dev/null or an empty file masks', async (t) => {
  const { trust, findings } = await readTrust(
    disk({
      [`${image}/ana.yaml`]: file(),
      [`${image}/ben.yaml`]: file(),
      [`${image}/cleo.yaml`]: file(),
      [`${image}/dan.json`]: JSON.stringify({
        name: 'dan@ops',
        publicKey: generateKeys('ecdsa-p256').publicPem,
        series: ['*'],
        notAfter: '2027-01-01T00:00:00Z',
      }),
      [`${image}/README`]: 'not a key',
      [`${image}/.ana.yaml.swp`]: 'x',
      [`${etc}/ana.yaml`]: file('[edge]'),
      [`${etc}/ben.yaml`]: { link: '/dev/null' },
      [`${run}/cleo.yaml`]: '',
    }),
    TRUST_FOLDERS,
    one,
  );
  t.strictSame(findings, []);
  t.match(trust.keys, [
    { name: 'ana', series: ['edge'], file: `${etc}/ana.yaml` },
    { name: 'dan@ops', series: ['*'], notAfter: Date.UTC(2027, 0, 1) },
  ]);
  t.equal(trust.keys.length, 2);
});

t.test('what cannot be used is told, all of it, and brings no hidden key back', async (t) => {
  const { trust, findings } = await readTrust(
    disk({
      [`${image}/ana.yaml`]: file(),
      [`${etc}/ana.yaml`]: 'publicKey: x\nseries: [UPPER, 5]\nseires: 1\nname: "a b"\nnotAfter: soon\n',
      [`${etc}/ben.yaml`]: { link: '/home/ben/key.yaml' },
      [`${etc}/cleo.yaml`]: { text: file(), mode: 0o666 },
      [`${etc}/dan.yaml`]: '[1]',
      [`${etc}/eve.yaml`]: 'a: b: c',
      [`${etc}/fay.yaml`]: 'name: fay\n',
      [`${etc}/gus.yaml`]: file(),
    }),
    TRUST_FOLDERS,
    one,
  );
  t.strictSame(
    trust.keys.map(({ name }) => name),
    ['gus'],
  );
  t.strictSame(
    findings.map(({ code, place }) => `${place?.file?.slice(etc.length + 1)}:${place?.line ?? '-'} ${code}`),
    [
      'ana.yaml:3 KSN-VERIFY-030',
      'ana.yaml:4 KSN-VERIFY-030',
      'ana.yaml:1 KSN-VERIFY-033',
      'ana.yaml:2 KSN-VERIFY-030',
      'ana.yaml:2 KSN-VERIFY-030',
      'ana.yaml:5 KSN-VERIFY-030',
      'ben.yaml:- KSN-VERIFY-032',
      'cleo.yaml:- KSN-VERIFY-032',
      'dan.yaml:1 KSN-VERIFY-030',
      'eve.yaml:1 KSN-SPEC-002',
      'fay.yaml:1 KSN-VERIFY-030',
      'fay.yaml:1 KSN-VERIFY-030',
    ],
  );
  t.match(findings[0]?.message, /'seires' is not known here; did you mean 'series'\?/);
});

t.test('files never crash the reader', async () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => (readTrustFile(bytes, '/x.yaml').findings ?? []).length > 0,
    ),
  );
  const value = fc.jsonValue({ maxDepth: 2 });
  fc.assert(
    fc.property(
      fc.record({ name: value, publicKey: value, series: value, notAfter: value }, { requiredKeys: [] }),
      (raw) => {
        const read = readTrustFile(Buffer.from(JSON.stringify(raw)), '/x.yaml');
        return read.key === undefined && read.findings.length > 0;
      },
    ),
  );
});

t.test('patterns and thresholds', async (t) => {
  for (const [series, pattern] of [
    ['lb', 'lb'],
    ['lb', '*'],
    ['gpu-compute', 'gpu-*'],
    ['gpu-', 'gpu-*'],
    ['a.b.c', 'a*c'],
    ['abab', '*ab'],
    ['lb1', 'lb?'],
    ['aXbXc', 'a*b*c'],
  ] as const)
    t.ok(matches(series, pattern), `${series} ${pattern}`);
  for (const [series, pattern] of [
    ['lb', 'l'],
    ['lb', 'lbx'],
    ['lb', ''],
    ['gpu', 'gpu-*'],
    ['lb', 'lb?'],
    ['xlb', 'lb'],
    ['abc', 'a*d'],
  ] as const)
    t.notOk(matches(series, pattern), `${series} ${pattern}`);
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(
      word,
      pattern,
      (series, glob) =>
        matches(series, glob) === new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(series),
    ),
    { numRuns: 1000 },
  );
  t.equal(thresholdFor('lb', { threshold: 2, bySeries: {} }), 2);
  t.equal(thresholdFor('lb', { threshold: 2, bySeries: { 'l*': 1 } }), 1);
  t.equal(thresholdFor('lb', { threshold: 1, bySeries: { 'l*': 2, lb: 3, gpu: 9 } }), 3);
  t.equal(thresholdFor('lb', { threshold: -1, bySeries: {} }), 1);
});

t.test(
  'a folder that others than root could change: its keys do not count, and what it hides stays hidden',
  async (t) => {
    const open: readonly (readonly [string, number, number])[] = [
      [etc, 0o777, 0],
      [etc, 0o755, 1000],
      ['/etc/keelson', 0o777, 0],
    ];
    for (const [path, mode, uid] of open) {
      await using root = await memoryRoot();
      await plant(root.fs, {
        [`${image}/ana.yaml`]: { file: file() },
        [`${image}/ben.yaml`]: { file: file() },
        [`${etc}/ben.yaml`]: { file: file() },
        [`${etc}/eve.yaml`]: { file: file() },
      });
      await root.fs.setAttributes(path, { mode, uid, gid: 0 });
      const { trust, findings } = await readTrust(root.fs, TRUST_FOLDERS, one);
      t.strictSame(
        trust.keys.map(({ name }) => name),
        ['ana'],
      );
      t.match(findings, [{ code: 'KSN-VERIFY-032', element: path, remedy: /chmod o-w/ }]);
      t.equal(findings.length, 1);
    }
  },
);
