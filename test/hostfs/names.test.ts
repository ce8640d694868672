import fc from 'fast-check';
import t from 'tap';
import { decodeName, encodeName, isEncodable, nameLength } from '../../hostfs/names.ts';
import { baseName, joinPath, parentPath, partsOf } from '../../hostfs/path.ts';

t.test('every byte string has a name that leads back to it', async (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc
      .array(fc.constantFrom(0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0x61, 0xff))
      .map((list) => Uint8Array.from(list)),
  );
  fc.assert(
    fc.property(bytes, (bytes) => {
      const name = decodeName(bytes);
      const back = encodeName(name);
      return (
        Buffer.compare(typeof back === 'string' ? Buffer.from(back) : back, bytes) === 0 &&
        isEncodable(name) &&
        nameLength(name) === bytes.length
      );
    }),
    { numRuns: 2000 },
  );
  t.equal(decodeName(Buffer.from('grün')), 'grün');
  t.equal(decodeName(Buffer.from('a\xffb', 'latin1')), 'a\udcffb');
});

t.test('surrogates that stand for no byte are refused', async (t) => {
  t.notOk(isEncodable('\ud800'));
  t.notOk(isEncodable('a\udc00'));
  t.notOk(isEncodable('\udd00'));
  t.ok(isEncodable('\udc80\udcff'));
  t.ok(isEncodable('😀\udcff'));
});

t.test('paths come apart and together', async (t) => {
  t.strictSame(partsOf('/'), []);
  t.strictSame(partsOf('/etc/x y/.z'), ['etc', 'x y', '.z']);
  for (const path of ['/a', '/a/b', '/a/b.c/d']) t.equal(joinPath(parentPath(path), baseName(path)), path);
  t.equal(parentPath('/'), '/');
});
