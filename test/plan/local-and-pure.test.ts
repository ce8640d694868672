/** Proof 8 of the engine: plans are local (disjoint components plan alike, together or apart) and pure, over the real kinds. */
import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { expandSections } from '../../agent/desired/items.ts';
import { survey, type Survey } from '../../agent/plan/survey.ts';
import type { Address, AnyKind } from '../../agent/resources/kind.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { EngineNode, verified, type Sections } from '../support/engine-node.ts';
import { TEST_SETTINGS } from '../support/test-host.ts';

type Side = 'a' | 'b';
const SIDES: readonly Side[] = ['a', 'b'];

const shared = fc.record(
  {
    drift: fc.constantFrom('repair', 'report', 'ignore'),
    onRemove: fc.constantFrom('delete', 'restore', 'keep'),
    onChange: fc.constant({ 'process:haproxy': { signal: 'SIGHUP' } }),
  },
  { requiredKeys: [] },
);
const file = fc
  .tuple(fc.constantFrom('x\n', 'y\n'), fc.constantFrom('0644', '0600'), shared)
  .map(([inline, mode, more]) => ({ content: { inline }, mode, ...more }));
const pod = (name: string) =>
  fc.tuple(fc.constantFrom('1', '2'), shared).map(([tag, more]) => ({
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [{ name, image: `localhost/${name}:${tag}` }] },
    },
    ...more,
    onChange: {},
  }));

/** Everything of one side lies beneath its own folder, or is its own pod. */
function sectionsOf(side: Side): fc.Arbitrary<Sections> {
  const optional: { requiredKeys: [] } = { requiredKeys: [] };
  return fc.record({
    files: fc.record({ [`/${side}/one`]: file, [`/${side}/two`]: file, [`/${side}/folder/inner`]: file }, optional),
    directories: fc.record({ [`/${side}/folder`]: fc.record({ mode: fc.constantFrom('0755', '0700') }) }, optional),
    links: fc.record({ [`/${side}/link`]: fc.record({ target: fc.constantFrom('one', 'two') }) }, optional),
    staticPods: fc.record({ [`${side}-pod`]: pod(`${side}-pod`) }, optional),
  }) as fc.Arbitrary<Sections>;
}

const spec = fc.record({ a: sectionsOf('a'), b: sectionsOf('b') });
const edits = fc.array(
  fc.tuple(
    fc.constantFrom('/a/one', '/a/two', '/a/link', '/b/one', '/b/folder/inner', '/etc/kubernetes/manifests/b-pod.json'),
    fc.constantFrom('write', 'remove'),
  ),
  { maxLength: 4 },
);

t.test('proof 8: what is disjoint plans alike, together or apart, and no plan touches what it is given', async (t) => {
  let drafts = 0;
  await fc.assert(
    fc.asyncProperty(spec, edits, spec, fc.nat(), async (before, tampered, wanted, at) => {
      await using node = await EngineNode.on();
      // Of neither side.
      await node.fs.ensureDirectory('/etc/kubernetes/manifests', { mode: 0o755, uid: 0, gid: 0 });
      await node.start();
      await node.accept(verified(1, both(before.a, before.b), { health: { stableForMs: 0, deadlineMs: 1_000 } }));
      for (const [path, how] of tampered) {
        if ((await node.fs.lstat(path))?.type !== 'file' && how === 'remove') continue;
        if (how === 'remove') await node.fs.remove(path);
        else if ((await node.fs.lstat(path))?.type !== 'link') await node.write(path, 'by hand\n');
      }
      const plan = (sides: readonly Side[], with_: readonly AnyKind[] = frozenKinds): Promise<Survey> => {
        const { hosts, book } = node.opened.reconciliation.execution;
        const sections = both(sides.includes('a') ? wanted.a : {}, sides.includes('b') ? wanted.b : {});
        const { fingerprint } = node.opened;
        const items = expandSections(sections, kinds, { facts: {}, settings: TEST_SETTINGS, fingerprint });
        const ledger = new Map([...book.state.ledger].filter(([address]) => sides.some((side) => isOf(side, address))));
        return survey(
          {
            kinds: with_,
            items,
            ledger,
            only: new Set([...items.map(({ address }) => address), ...ledger.keys()]),
            host: hosts.read,
            now: at,
            adoption: 'allow',
          },
          new AbortController().signal,
        );
      };
      const together = byAddress(await plan(SIDES));
      const apart = new Map(
        (await Promise.all(SIDES.map((side) => plan([side])))).flatMap((one) => [...byAddress(one)]),
      );
      drafts += together.size;
      deepStrictEqual(Object.fromEntries(apart), Object.fromEntries(together), 'together or apart');
      deepStrictEqual(byAddress(await plan(SIDES)), together, 'the same input, the same plan');
      deepStrictEqual(byAddress(await plan(SIDES, backwards)), together, 'in whatever order');
    }),
    { numRuns: 15 },
  );
  t.ok(drafts > 50, `${drafts} things were planned`);
});

function both(a: Sections, b: Sections): Sections {
  return Object.fromEntries(kinds.map(({ name }) => [name, { ...a[name], ...b[name] }]));
}

function isOf(side: Side, address: Address): boolean {
  return address.includes(`:/${side}`) || address === `pod:${side}-pod`;
}

function byAddress({ drafts, waits, notes }: Survey): ReadonlyMap<string, unknown> {
  const rows = [
    ...drafts.map((draft): [string, unknown] => [`draft ${draft.address}`, draft]),
    ...waits.map((wait): [string, unknown] => [`wait ${wait.address}`, wait]),
    ...notes.map((note): [string, unknown] => [`note ${note.address}`, note]),
  ];
  return new Map(rows.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const frozenKinds = kinds.map((kind): AnyKind => ({
  ...kind,
  plan: (input: Parameters<AnyKind['plan']>[0]) => {
    const seen = [...input.seen];
    const planned = kind.plan(frozen(input));
    deepStrictEqual([...input.seen], seen, 'what was seen stays as it was');
    return planned;
  },
}));

const backwards = kinds
  .map((kind): AnyKind => ({
    ...kind,
    plan: ({ targets, ...rest }) => kind.plan({ targets: targets.toReversed(), ...rest }),
  }))
  .toReversed();

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) frozen(inner);
  return value;
}
