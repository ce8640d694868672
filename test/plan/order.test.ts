import fc from 'fast-check';
import t from 'tap';
import { components, order, precedence } from '../../agent/plan/order.ts';
import { invert } from '../../agent/plan/invert.ts';
import type { Address, Draft } from '../../agent/resources/kind.ts';
import { draft, removal } from './drafts.ts';

const addresses = (waves: readonly (readonly Draft<unknown>[])[]): string[][] =>
  waves.map((wave) => wave.map(({ address }) => address).toSorted());

t.test('what needs nothing from each other is one wave', async (t) => {
  t.same(addresses(order([draft('file:/a'), draft('file:/b')])), [['file:/a', 'file:/b']]);
});

t.test('needs come first', async (t) => {
  const waves = order([
    draft('pod:x', { needs: ['file:/etc/x'] }),
    draft('file:/etc/x', { needs: ['directory:/etc'] }),
    draft('directory:/etc'),
  ]);
  t.same(addresses(waves), [['directory:/etc'], ['file:/etc/x'], ['pod:x']]);
});

t.test('a need that does not change holds nothing back', async (t) => {
  t.same(addresses(order([draft('pod:x', { needs: ['file:/unchanged'] })])), [['pod:x']]);
});

t.test('removals are last, dependents first', async (t) => {
  const waves = order([
    removal('directory:/old'),
    removal('file:/old/a', { needs: ['directory:/old'] }),
    draft('file:/new'),
  ]);
  t.same(addresses(waves), [['file:/new'], ['file:/old/a'], ['directory:/old']]);
});

t.test('a removal that frees a claim that a create takes goes first, its dependents before it', async (t) => {
  const waves = order([
    draft('pod:new', { claims: ['port:tcp/443'] }),
    removal('pod:old', { claims: ['port:tcp/443'] }),
    removal('file:/helper', { needs: ['pod:old'] }),
    removal('file:/unrelated'),
  ]);
  t.same(addresses(waves), [['file:/helper'], ['pod:old'], ['pod:new'], ['file:/unrelated']]);
});

t.test('a rollback is ordered anew, not played backwards: configuration before the pod that reads it', async (t) => {
  const forward = [
    draft('file:/cfg', { from: { v: 1 }, to: { v: 2 } }),
    draft('pod:x', { from: { v: 1 }, to: { v: 2 }, needs: ['file:/cfg'] }),
  ];
  t.same(addresses(order(forward.map((change) => invert(change)))), [['file:/cfg'], ['pod:x']]);
});

t.test('the undo of creations is removal, dependents first', async (t) => {
  const forward = [draft('file:/cfg'), draft('pod:x', { needs: ['file:/cfg'] })];
  t.same(addresses(order(forward.map((change) => invert(change)))), [['pod:x'], ['file:/cfg']]);
});

t.test('a circle is refused and shown', async (t) => {
  const circle = [
    draft('file:/a', { needs: ['file:/b'] }),
    draft('file:/b', { needs: ['file:/c'] }),
    draft('file:/c', { needs: ['file:/a'] }),
  ];
  t.throws(() => order(circle), { code: 'KSN-PLAN-001', message: /file:\/a → file:\/b → file:\/c → file:\/a/ });
});

t.test('components are connected by needs and by claims that pass on', async (t) => {
  const groups = components([
    draft('file:/a'),
    draft('pod:a', { needs: ['file:/a'] }),
    draft('file:/b'),
    removal('pod:old', { claims: ['port:tcp/80'] }),
    draft('pod:new', { claims: ['port:tcp/80'] }),
  ]);
  t.same(
    groups
      .map((group) => group.map(({ address }) => address).toSorted())
      .toSorted((a, b) => String(a).localeCompare(String(b))),
    [['file:/a', 'pod:a'], ['file:/b'], ['pod:new', 'pod:old']],
  );
});

const graph = fc
  .array(fc.record({ removed: fc.boolean(), needs: fc.array(fc.nat(11), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((nodes) =>
    nodes.map((node, index) => {
      // Needs only lower numbers: no circle.
      const needs = node.needs.filter((need) => need < index).map((need): Address => `file:/${need}`);
      return node.removed ? removal(`file:/${index}`, { needs }) : draft(`file:/${index}`, { needs });
    }),
  );

t.test(
  'every change is placed once, after everything before it; disjoint parts are ordered alike together or apart',
  async (t) => {
    fc.assert(
      fc.property(graph, (drafts) => {
        const waves = order(drafts);
        const position = new Map(
          waves.flatMap((wave, index) => wave.map((change) => [change.address, index] as const)),
        );
        t.equal(position.size, drafts.length);
        for (const [address, before] of precedence(drafts)) {
          for (const need of before) if ((position.get(need) ?? -1) >= (position.get(address) ?? -1)) return false;
        }
        for (const component of components(drafts)) {
          const alone = new Map(
            order(component).flatMap((wave, index) => wave.map((change) => [change.address, index] as const)),
          );
          for (const one of component) {
            for (const other of component) {
              const apart = (alone.get(one.address) ?? 0) < (alone.get(other.address) ?? 0);
              const needed = precedence(component).get(other.address)?.has(one.address) === true;
              if (needed && !apart) return false;
            }
          }
        }
        return true;
      }),
    );
  },
);
