import t from 'tap';
import fc from 'fast-check';
import { editDistance, nearest, oneOf, quoted } from '../../agent/base/words.ts';
import { partsOfPointer, pointerOf } from '../../agent/desired/pointer.ts';

t.test('near misses', async (t) => {
  t.equal(nearest('chek', ['check', 'gates', 'note']), 'check');
  t.equal(nearest('dependOn', ['dependsOn', 'drift']), 'dependsOn');
  t.equal(nearest('ontrol', ['onChange', 'note']), undefined);
  t.equal(nearest('MODE', ['mode']), 'mode');
  t.equal(nearest('x', ['abcdef']), undefined);
  t.equal(editDistance('ca', 'ac'), 1, 'swapped neighbours are one edit');
  t.equal(editDistance('', 'abc'), 3);
});

t.test('quoting shows nothing that a terminal would obey, and not too much', async (t) => {
  t.equal(quoted('a\u001B[31mb\u202E'), String.raw`'a\u{1b}[31mb\u{202e}'`);
  t.ok(quoted('x'.repeat(500)).length < 100);
  t.equal(oneOf(['a', 'b', 'c']), "'a', 'b' or 'c'");
  // oxlint-disable-next-line no-control-regex -- what must not come through
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\u0000-\u001F\u007F-\u009F]/.test(quoted(text))));
});

t.test('pointers', async (t) => {
  t.equal(pointerOf(['spec', 'files', '/etc/a~b', 0]), '/spec/files/~1etc~1a~0b/0');
  fc.assert(
    fc.property(
      fc.array(fc.string()),
      (parts) => JSON.stringify(partsOfPointer(pointerOf(parts))) === JSON.stringify(parts),
    ),
  );
});
