import fc from 'fast-check';
import t from 'tap';
import { isMap, withBelow, type Layer, type ValueMap } from '../../agent/authoring/layer.ts';
import { mergeLayers } from '../../agent/authoring/merge.ts';

/** Lines are made up: the pointer says which part is meant. */
function layer(path: string, value: ValueMap, ...extended: readonly Layer[]): Layer {
  const below = new Set(extended.flatMap((one) => [one, ...one.below]));
  return {
    path,
    value,
    below,
    removes: hasNull(value),
    broken: false,
    place: (pointer) => ({ file: path, line: 1, column: 1, pointer }),
  };
}

function hasNull(value: unknown): boolean {
  return value === null || (isMap(value) && Object.values(value).some(hasNull));
}

function merge(top: Layer) {
  const { value, faults, origins } = mergeLayers(withBelow(top), (one) => one.value);
  return {
    value,
    origins,
    faults: faults.map(({ code, place }) => `${place.file}${place.pointer} ${code}`).toSorted(),
  };
}

t.test('maps are merged, the rest is replaced, null removes', async (t) => {
  const base = layer('base', { a: 1, list: [1, 2], map: { x: 1, y: { z: 1 } }, gone: { x: 1 } });
  const role = layer('role', { a: 2, list: [3], map: { y: { w: 2 } }, gone: null, more: 'x' }, base);
  const { value, faults, origins } = merge(layer('node', { map: { x: null } }, role));
  t.strictSame(faults, []);
  t.strictSame(value, { a: 2, list: [3], map: { y: { w: 2, z: 1 } }, more: 'x' });
  t.match(origins.get('/a'), { from: [{ path: 'role' }], over: [{ path: 'base' }] });
  t.match(origins.get('/map/y/z'), { from: [{ path: 'base' }], over: [] });
});

t.test('what was removed can come again', async (t) => {
  const base = layer('base', { map: { x: 1 }, plain: 1 });
  const between = layer('between', { map: null, plain: null }, base);
  const { value, faults } = merge(layer('node', { map: { y: 2 }, plain: { z: 3 } }, between));
  t.strictSame(value, { map: { y: 2 }, plain: { z: 3 } }, 'and nothing of before with it');
  t.strictSame(faults, []);
});

t.test('null of nothing', async (t) => {
  const base = layer('base', { map: { x: 1 } });
  t.strictSame(merge(layer('node', { map: { y: null }, z: null }, base)).faults, [
    'node/map/y KSN-BUILD-007',
    'node/z KSN-BUILD-007',
  ]);
  const once = layer('once', { map: { x: null } }, base);
  t.strictSame(merge(layer('node', { map: { x: null } }, once)).faults, ['node/map/x KSN-BUILD-007'], 'gone already');
});

t.test('siblings that disagree', async (t) => {
  const one = layer('one', { a: 1, same: 'x', map: { x: 1 } });
  const two = layer('two', { a: 2, same: 'x', map: { y: 1 } });
  t.strictSame(merge(layer('node', {}, one, two)).faults, ['one/a KSN-BUILD-006']);
  const decided = merge(layer('node', { a: 3 }, one, two));
  t.strictSame(decided.faults, []);
  t.strictSame(decided.value, { a: 3, same: 'x', map: { x: 1, y: 1 } });
});

t.test('a sibling that removes what another says', async (t) => {
  const base = layer('base', { a: 1, map: { x: 1 } });
  const one = layer('one', { a: null, map: null }, base);
  const two = layer('two', { a: 2, map: { y: 1 } }, base);
  t.strictSame(merge(layer('node', {}, one, two)).faults, ['one/a KSN-BUILD-006', 'one/map KSN-BUILD-006']);
  t.strictSame(merge(layer('node', {}, one, base)).faults, [], 'of the layer that it removes from, nothing is left');
});

t.test('a map against a single value', async (t) => {
  const base = layer('base', { a: { x: 1 }, b: 1, c: [1] });
  const { faults } = merge(layer('node', { a: 1, b: { x: 1 }, c: { x: 1 } }, base));
  t.strictSame(faults, ['node/a KSN-BUILD-005', 'node/b KSN-BUILD-005', 'node/c KSN-BUILD-005']);
});

t.test('a diamond counts once', async (t) => {
  const base = layer('base', { a: 1, b: 1 });
  const one = layer('one', { a: 2 }, base);
  const two = layer('two', { b: 3 }, base);
  const { value, faults } = merge(layer('node', {}, one, two));
  t.strictSame(faults, []);
  t.strictSame(value, { a: 2, b: 3 });
});

/** Few keys and values, so that layers meet. */
const { value: anyValue } = fc.letrec<{ value: unknown; map: ValueMap }>((tie) => ({
  map: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  value: fc.oneof({ maxDepth: 3 }, fc.constantFrom(1, 2, null, 'x'), fc.constant([1]), tie('map')),
}));
const anyMap = fc.dictionary(fc.constantFrom('a', 'b', 'c'), anyValue, { maxKeys: 3, noNullPrototype: true });
/** Each layer, and which of those before it it extends. */
const anySite = fc.array(fc.record({ value: anyMap, extends: fc.array(fc.nat(8), { maxLength: 3 }) }), {
  minLength: 2,
  maxLength: 7,
});

type Wanted = readonly { readonly value: ValueMap; readonly extends: readonly number[] }[];

/** `change` reorders or groups what a layer extends. */
function topOf(site: Wanted, change: (extended: readonly Layer[]) => readonly Layer[] = (all) => all): Layer {
  const layers: Layer[] = [];
  for (const [at, { value, extends: chosen }] of site.entries()) {
    const extended = [...new Set(chosen.filter((other) => other < at))].map((other) => layers[other] as Layer);
    layers.push(layer(`l${at}`, value, ...change(extended)));
  }
  return layer('node', {}, ...change(layers));
}

t.test('neither order nor grouping of siblings matters', async (t) => {
  let groups = 0;
  const grouped = (extended: readonly Layer[]): readonly Layer[] => {
    const [first, second, ...rest] = extended;
    return first === undefined || second === undefined
      ? extended
      : [layer(`g${(groups += 1)}`, {}, second, first), ...rest];
  };
  fc.assert(
    fc.property(anySite, (site) => {
      const plain = merge(topOf(site));
      const reversed = merge(topOf(site, (extended) => extended.toReversed()));
      const inGroups = merge(topOf(site, grouped));
      const twice = merge(topOf(site, (extended) => [...extended, ...extended]));
      for (const other of [reversed, inGroups, twice]) {
        t.equal(JSON.stringify(other.value), JSON.stringify(plain.value));
        t.strictSame(other.faults, plain.faults);
      }
    }),
    { numRuns: 1000 },
  );
});

t.test('a chain is what each layer does to what lies below', async (t) => {
  const laid = (below: unknown, above: unknown): unknown => {
    if (!isMap(above)) return above;
    const out: Record<string, unknown> = isMap(below) ? { ...below } : {};
    for (const [key, value] of Object.entries(above)) {
      const next = laid(out[key], value);
      if (next === null) delete out[key];
      else out[key] = next;
    }
    return out;
  };
  let sound = 0;
  fc.assert(
    fc.property(fc.array(anyMap, { minLength: 1, maxLength: 5 }), (values) => {
      let top: Layer | null = null;
      let expected: unknown = {};
      for (const [at, value] of values.entries()) {
        top = top === null ? layer(`l${at}`, value) : layer(`l${at}`, value, top);
        expected = laid(expected, value);
      }
      const { value, faults } = merge(top as Layer);
      if (faults.length > 0) return;
      sound += 1;
      t.strictSame(value, expected);
    }),
    { numRuns: 2000 },
  );
  t.ok(sound > 100, `${sound} chains without a fault`);
});
