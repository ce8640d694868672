/**
 * What every kind must hold to, whatever it manages. One suite, run over each kind with a few fixtures of its own,
 * on the twin in memory (where power may fail) and on a real folder (where only the process may die).
 */
import type { Test } from 'tap';
import { ThirdStateError, type AnyKind } from '../../agent/resources/kind.ts';
import { mutations, type CrashableHost } from '../support/test-host.ts';
import { picture, temporaries } from '../support/tree.ts';
import { adoption } from './adoption.ts';
import { survives } from './crashes.ts';
import { never, pathsIn } from './little-engine.ts';
import { removal } from './removal.ts';
import { meddle, transitionsOf, type HostMaker, type KindFixture, type Transition } from './transitions.ts';

export type { HostMaker, KindFixture } from './transitions.ts';

export function kindContract(t: Test, kind: AnyKind, fixtures: readonly KindFixture[], makeHost: HostMaker): void {
  for (const fixture of fixtures) {
    t.test(fixture.title, async (t) => {
      for (const transition of await transitionsOf(t, kind, fixture, makeHost)) {
        await t.test(transition.title, async (t) => {
          await t.test('lands, and then plans nothing', (t) => lands(t, kind, transition));
          await t.test('looking writes nothing', (t) => looksOnly(t, transition));
          await t.test('plan is pure and local', (t) => plansPurely(t, kind, transition));
          await t.test('the inverse restores', (t) => inverts(t, transition));
          await t.test('an abort leaves no temporary', (t) => aborts(t, transition));
          await t.test('a third state is refused', (t) => refusesThird(t, transition));
          await t.test('a crash at any primitive recovers', (t) => survives(t, transition, makeHost));
        });
      }
      await t.test('removal', (t) => removal(t, kind, fixture, makeHost));
      await t.test('taking over from the host', (t) => adoption(t, kind, fixture, makeHost));
    });
  }
}

async function lands(t: Test, kind: AnyKind, { begin, items }: Transition): Promise<void> {
  const engine = await begin();
  const changes = await engine.converge(items);
  t.ok(changes.length > 0, 'there was something to do');
  t.same((await engine.look(items)).changes, [], 'a plan after it is empty');
  t.same(await temporaries(engine.host), []);
  const arrived = await picture(engine.host);
  await engine.apply([changes]);
  t.same(await picture(engine.host), arrived, 'applying again changes nothing');
  for (const change of changes) {
    const target = {
      address: change.address,
      item: items.find(({ address }) => address === change.address) ?? null,
      owned: null,
    };
    const health = await kind.probe(target, change.to, engine.host.hosts.read, never);
    t.ok(health.is === 'healthy' || health.is === 'unjudged', `${change.address} is well`);
  }
}

async function looksOnly(t: Test, { begin, items }: Transition): Promise<void> {
  const engine = await begin();
  const { machine } = engine.host as CrashableHost;
  const before = mutations(machine);
  await engine.look(items);
  t.equal(mutations(machine), before);
}

async function plansPurely(t: Test, kind: AnyKind, { begin, items }: Transition): Promise<void> {
  const engine = await begin();
  const { targets, seen } = await engine.look(items);
  const plan = (some: typeof targets) => kind.plan(frozen({ targets: some, seen: new Map(seen), now: 0 }));
  const whole = plan(targets);
  t.same(plan(targets), whole, 'the same input gives the same plan');
  const apart = targets.map((target) => plan([target]));
  t.same(
    apart.flatMap(({ changes }) => changes),
    whole.changes,
    'changes plan alike together and apart',
  );
  t.same(
    apart.flatMap(({ waits }) => waits),
    whole.waits,
  );
  t.same(
    apart.flatMap(({ notes }) => notes ?? []),
    whole.notes ?? [],
  );
}

async function inverts(t: Test, { begin, items }: Transition): Promise<void> {
  const engine = await begin();
  const before = await picture(engine.host);
  const changes = await engine.converge(items);
  await engine.apply(await engine.stage(engine.undo(changes)));
  t.same(await picture(engine.host), before);
}

async function aborts(t: Test, { begin, items }: Transition): Promise<void> {
  const engine = await begin();
  const before = await picture(engine.host);
  const waves = await engine.stage(engine.number((await engine.look(items)).changes));
  await engine.abort(waves.flat());
  t.same(await picture(engine.host), before);
}

async function refusesThird(t: Test, { begin, items }: Transition): Promise<void> {
  const rehearsal = await begin();
  const planned = (await rehearsal.look(items)).changes;
  for (const { address } of planned.filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to))) {
    const engine = await begin();
    const waves = await engine.stage(engine.number((await engine.look(items)).changes));
    const change = waves.flat().find((one) => one.address === address);
    if (change === undefined) continue;
    await meddle(engine, pathsIn(change.claims), 'meant by nobody');
    const before = await picture(engine.host);
    await t.rejects(engine.apply([[change]]), ThirdStateError, address);
    t.same(await picture(engine.host), before, 'and what is there stays');
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) frozen(inner);
  return value;
}
