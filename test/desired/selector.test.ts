import t from 'tap';
import fc from 'fast-check';
import { selectorMisses } from '../../agent/desired/selector.ts';
import { inRange, parseRange } from '../../agent/desired/semver-range.ts';

t.test('selectors', async (t) => {
  t.strictSame(selectorMisses({}, {}), []);
  t.strictSame(selectorMisses({ role: 'lb' }, { role: 'lb', zone: 'a' }), []);
  t.strictSame(selectorMisses({ role: 'lb', zone: 'b' }, { role: 'gpu' }), [
    { label: 'role', wanted: 'lb', found: 'gpu' },
    { label: 'zone', wanted: 'b', found: null },
  ]);
  t.equal(selectorMisses({ constructor: 'x' }, {}).length, 1, "the language's own names are no labels");
});

t.test('ranges of versions', async (t) => {
  const holds = (version: string, text: string): boolean => {
    const range = parseRange(text);
    if (range === null) throw new Error(text);
    return inRange(version, range);
  };
  for (const [version, range] of [
    ['1.2.0', '>=1.2'],
    ['1.10.0', '>=1.9'],
    ['1.4.0', '1.4.0'],
    ['1.4.0', '=1.4'],
    ['1.9.9', '>=1.2 <2'],
    ['1.2.0-rc1', '>=1.2'],
    ['0.1.0', '<=0.1'],
  ] as const)
    t.ok(holds(version, range), `${version} ${range}`);
  for (const [version, range] of [
    ['1.1.9', '>=1.2'],
    ['2.0.0', '>=1.2 <2'],
    ['1.4.1', '1.4.0'],
    ['1.2.0', '>1.2'],
    ['nonsense', '>=0'],
  ] as const)
    t.notOk(holds(version, range), `${version} ${range}`);
  for (const text of ['', ' ', '^1', '~1.2', '1.x', '>= 1', '1.2.3.4', '>=', 'v1'])
    t.equal(parseRange(text), null, text);
  fc.assert(fc.property(fc.string(), (text) => parseRange(text) !== undefined));
});
