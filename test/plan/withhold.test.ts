import t from 'tap';
import { withhold, type Restraint } from '../../agent/plan/withhold.ts';
import { planError } from '../../agent/plan/errors.ts';
import type { Wait } from '../../agent/resources/kind.ts';
import { draft, removal } from './drafts.ts';

const free: Restraint = { node: 'enforce', kinds: {}, held: { all: false, named: new Set() } };
const addresses = (list: readonly { readonly address: string }[]): string[] =>
  list.map(({ address }) => address).toSorted();
const waiting = (address: Wait['address']): Wait => ({
  address,
  until: 'input',
  reason: planError('KSN-PLAN-002', 'not read').toReason(),
});

t.test('without restraint everything is free', async (t) => {
  t.same(addresses(withhold([draft('file:/a')], [], free, []).free), ['file:/a']);
});

t.test('a wait spreads to whatever needs it, through others too', async (t) => {
  const drafts = [
    draft('file:/b', { needs: ['file:/a'] }),
    draft('file:/c', { needs: ['file:/b'] }),
    draft('file:/other'),
  ];
  const result = withhold(drafts, [waiting('file:/a')], free, []);
  t.same(addresses(result.free), ['file:/other']);
  t.same(addresses(result.waits), ['file:/b', 'file:/c']);
});

t.test('what needs a held resource is kept with it, and does not count as waiting', async (t) => {
  const result = withhold(
    [draft('file:/a'), draft('file:/b', { needs: ['file:/a'] })],
    [],
    { ...free, held: { all: false, named: new Set(['file:/a'] as const) } },
    [],
  );
  t.same(addresses(result.held), ['file:/a']);
  t.same(addresses(result.kept), ['file:/b']);
  t.same([result.free, result.waits], [[], []]);
});

t.test('hold all and mode observe leave nothing free', async (t) => {
  const all = { ...free, held: { all: true, named: new Set<never>() } };
  t.same(withhold([draft('file:/a')], [], all, []).free, []);
  t.same(addresses(withhold([draft('file:/a')], [], { ...free, node: 'observe' }, []).observed), ['file:/a']);
  t.same(addresses(withhold([draft('file:/a')], [], { ...free, kinds: { files: 'observe' } }, []).observed), [
    'file:/a',
  ]);
});

t.test('rule 19: "Certificate renewal goes on unless named": what is due passes a hold of the node', async (t) => {
  const drafts = [draft('file:/due', { why: 'due' }), draft('file:/drift', { why: 'drift' })];
  const all = withhold(drafts, [], { ...free, held: { all: true, named: new Set() } }, []);
  t.same([addresses(all.free), addresses(all.held)], [['file:/due'], ['file:/drift']]);
  const named = withhold(drafts, [], { ...free, held: { all: true, named: new Set(['file:/due'] as const) } }, []);
  t.same([addresses(named.free), addresses(named.held)], [[], ['file:/drift', 'file:/due']]);
});

t.test('a folder is not removed before what is in it, when that is held or waits', async (t) => {
  const removals = [
    removal('directory:/a'),
    removal('directory:/a/b', { needs: ['directory:/a'] }),
    removal('file:/a/b/c', { needs: ['directory:/a/b'] }),
    removal('file:/other'),
  ];
  const held = withhold(removals, [], { ...free, held: { all: false, named: new Set(['file:/a/b/c'] as const) } }, []);
  t.same(addresses(held.free), ['file:/other']);
  t.same(addresses(held.kept), ['directory:/a', 'directory:/a/b']);
  const waits = withhold(removals, [waiting('file:/a/b/c')], free, []);
  t.same(addresses(waits.free), ['file:/other']);
  t.same(addresses(waits.waits), ['directory:/a', 'directory:/a/b']);
});
