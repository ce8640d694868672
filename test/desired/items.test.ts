import t from 'tap';
import fc from 'fast-check';
import { contentsOf, expandSpec } from '../../agent/desired/items.ts';
import { context, documentWith, fakeKinds, told, validate } from './fake-kinds.ts';

function itemsOf(spec: string) {
  const { spec: parsed, findings } = validate(documentWith(spec));
  if (parsed === null) throw new Error(JSON.stringify(findings));
  return expandSpec(parsed, fakeKinds, context({ hostname: 'a.example' }));
}

t.test('what is implied comes by itself, and everything needs what lies above it', async (t) => {
  const items = itemsOf(`folders: { /etc/x: {} }
boxes:
  /etc/x/deep/a: { dependsOn: ["box:/b"] }
  /b: {}`);
  t.strictSame(
    items.map(({ address, needs, implied }) => [address, needs, implied ?? false]),
    [
      ['box:/b', [], false],
      ['box:/etc/x/deep/a', ['box:/b', 'directory:/etc/x/deep'], false],
      ['directory:/etc', [], true],
      ['directory:/etc/x', ['directory:/etc'], false],
      ['directory:/etc/x/deep', ['directory:/etc/x'], true],
    ],
  );
});

t.test('bytes are known by fingerprint; facts are resolved before', async (t) => {
  const items = itemsOf(
    'boxes: { /a: { content: { inline: "${facts.hostname}" }, note: "${facts.hostname}" }, /b: { content: { inline: "${facts.hostname}", facts: true } } }',
  );
  t.strictSame(
    [...contentsOf(items).values()].map(String),
    ['${facts.hostname}', 'a.example'],
    'content stands as written unless it says otherwise',
  );
  t.equal(items[0]?.shared.note, 'a.example');
});

t.test('the same spec gives the same items, whatever the order of its keys', async () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
    .map((parts) => `/${parts.join('/')}`);
  fc.assert(
    fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), (paths) => {
      const boxes = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)));
      const spec = (order: readonly string[]): string => `boxes:\n${order.map((one) => `  ${one}: {}`).join('\n')}`;
      const forward = JSON.stringify(itemsOf(spec(boxes)));
      if (forward !== JSON.stringify(itemsOf(spec(boxes.toReversed())))) throw new Error('order matters');
    }),
  );
});

t.test('circles are shown in full, from the smallest address, once', async (t) => {
  const text = documentWith(`boxes:
  /c: { dependsOn: ["box:/a"] }
  /a: { dependsOn: ["box:/b"] }
  /b: { dependsOn: ["box:/c"] }
  /self: { dependsOn: ["box:/self"], chek: 1 }
  /etc/d: {}
folders: { /etc: { dependsOn: ["box:/etc/d"] } }`);
  t.strictSame(told(text), [
    '7:23 KSN-SPEC-019 a circle of dependencies: box:/a → box:/b → box:/c → box:/a',
    '9:26 KSN-SPEC-019 a circle of dependencies: box:/self → box:/self',
    "9:40 KSN-SPEC-010 'chek' is not known here; did you mean 'check'?",
    '10:5 KSN-SPEC-019 a circle of dependencies: box:/etc/d → directory:/etc → box:/etc/d',
  ]);
});

t.test('a long chain is no circle and no stack overflow', async (t) => {
  const chain = Array.from({ length: 4000 }, (_, index) => `  /x${index}: { dependsOn: ["box:/x${index + 1}"] }`);
  t.strictSame(told(documentWith(`boxes:\n${chain.join('\n')}\n  /x4000: {}`)), []);
});

t.test('one owner a thing', async (t) => {
  const codes = (spec: string): string[] => told(documentWith(spec)).map((line) => line.slice(line.indexOf(' ') + 1));
  t.strictSame(codes('boxes: { /etc/x: {} }\nfolders: { /etc/x: {} }'), [
    'KSN-SPEC-020 box:/etc/x and directory:/etc/x both own path:/etc/x',
  ]);
  t.strictSame(codes('boxes: { /srv: { tree: true }, /srv/a/b: {} }'), [
    'KSN-SPEC-021 box:/srv/a/b lies inside tree:/srv, which box:/srv owns as a whole',
  ]);
  t.strictSame(codes('boxes: { /srv: { tree: true }, /srv/a: { tree: true } }'), [
    'KSN-SPEC-021 box:/srv/a lies inside tree:/srv, which box:/srv owns as a whole',
  ]);
  t.strictSame(codes('boxes: { /srv: { tree: true } }\nfolders: { /srv: {} }'), [
    'KSN-SPEC-021 directory:/srv lies inside tree:/srv, which box:/srv owns as a whole',
  ]);
  t.strictSame(
    codes('boxes: { /srv/a: {}, /srv/sub/b: {} }\nfolders: { /srv: { exclusive: true } }'),
    [],
    'an exclusive directory holds what the spec names',
  );
  t.strictSame(codes('boxes: { /srv: {}, /srv/a: {} }'), [
    'KSN-SPEC-036 box:/srv/a lies beneath box:/srv, which is not a directory',
  ]);
  t.strictSame(codes('boxes: { /srv: { tree: true }, /srvx: {} }'), [], 'a longer name is no folder');
});
