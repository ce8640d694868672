/**
 * What every kind must hold to, whatever it manages. One suite, run over each kind with a few fixtures of its own,
 * on the twin in memory (where power may fail) and on a real folder (where only the process may die).
 */
import type { Test } from 'tap';
import { losesAll, losesNothing } from '../../hostfs/memory-crash.ts';
import { CrashError } from '../../hostfs/memory-host.ts';
import { expandSections } from '../../agent/desired/items.ts';
import {
  ThirdStateError,
  type AnyKind,
  type Change,
  type ExpandContext,
  type Item,
} from '../../agent/resources/kind.ts';
import { sweepTemporaries } from '../../agent/apply/temporaries.ts';
import { mutations, type CrashableHost } from '../support/test-host.ts';
import { picture, plant, temporaries, uproot, type Tree } from '../support/tree.ts';
import { LittleEngine, never, pathsIn } from './little-engine.ts';

export interface KindFixture {
  readonly title: string;
  /** What is on the host before us. */
  readonly found?: Tree;
  readonly section: Readonly<Record<string, unknown>>;
  /** A later generation. */
  readonly next: Readonly<Record<string, unknown>>;
  /** What stands at the same paths when we take them over. Default: a file at each. */
  readonly original?: Tree;
  /** The paths that somebody else replaces. Default: all. */
  readonly replaced?: readonly string[];
}

export interface HostMaker {
  (t: Test): Promise<CrashableHost>;
  /** At how many points at most it is crashed, what becomes of what was not synced, and whether a disk can be copied by a restart. */
  readonly crash: { readonly points: number; readonly losing: readonly (typeof losesAll)[]; readonly forks: boolean };
}

/** From one state of host and ledger to the items. */
interface Transition {
  readonly title: string;
  readonly items: readonly Item<unknown>[];
  readonly begin: () => Promise<LittleEngine>;
}

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
    });
  }
}

async function transitionsOf(
  t: Test,
  kind: AnyKind,
  fixture: KindFixture,
  makeHost: HostMaker,
): Promise<readonly Transition[]> {
  const { context } = await makeHost(t);
  const first = expanded(kind, fixture.section, context);
  const next = expanded(kind, fixture.next, context);
  const from =
    (...steps: readonly ((engine: LittleEngine) => Promise<unknown>)[]) =>
    async () => {
      const host = await makeHost(t);
      for (const items of [first, next]) host.stores.learn(items);
      await plant(host.hosts.mutate.fs, fixture.found ?? {});
      const engine = new LittleEngine([kind], host);
      for (const step of steps) await step(engine);
      return engine;
    };
  const converge = (engine: LittleEngine) => engine.converge(first);
  const takeAway = async ({ host }: LittleEngine) => {
    for (const path of pathsOf(first)) await uproot(host.hosts.mutate.fs, path);
  };
  const replace = (engine: LittleEngine) => meddle(engine, fixture.replaced ?? pathsOf(first));
  const takeOver = ({ host }: LittleEngine) => plant(host.hosts.mutate.fs, fixture.original ?? filesAt(pathsOf(first)));
  return [
    { title: 'from as found', items: first, begin: from() },
    { title: 'taking over', items: first, begin: from(takeOver) },
    { title: 'to the next generation', items: next, begin: from(converge) },
    { title: 'out of the spec', items: [], begin: from(converge) },
    { title: 'out of the spec, having taken over', items: [], begin: from(takeOver, converge) },
    { title: 'after somebody removed it', items: first, begin: from(converge, takeAway) },
    { title: 'after somebody replaced it', items: first, begin: from(converge, replace) },
  ];
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

async function survives(t: Test, { begin, items }: Transition, { crash }: HostMaker): Promise<void> {
  const pristine = await begin();
  const fresh = async (): Promise<LittleEngine> => {
    if (!crash.forks) return begin();
    const fork = await (pristine.host as CrashableHost).restart(losesNothing);
    return new LittleEngine(pristine.kinds, fork, pristine.ledger);
  };
  const before = await picture(pristine.host);
  const rehearsal = await fresh();
  const { machine } = rehearsal.host as CrashableHost;
  const waves = rehearsal.number((await rehearsal.look(items)).changes);
  const start = machine.calls;
  await rehearsal.apply(await rehearsal.stage(waves));
  const points = machine.calls - start;
  const after = await picture(rehearsal.host);

  const step = Math.max(1, Math.ceil(points / crash.points));
  const wrong: string[] = [];
  let crashes = 0;
  for (let point = 1; point <= points; point += step) {
    for (const [way, losing] of endings(crash.losing, point)) {
      const engine = await fresh();
      const host = engine.host as CrashableHost;
      host.machine.crashAt(host.machine.calls + point);
      const died = await engine
        .stage(waves)
        .then((staged) => engine.apply(staged))
        .then(() => false, diedOf);
      if (!died) continue;
      crashes += 1;
      const where = `${way} after a crash at ${point} of ${points}, ${losing.name}`;
      const again = new LittleEngine([...engine.kinds], await host.restart(losing), engine.ledger, 100);
      const ended = await recover(again, waves, way).catch((error: unknown) => `${where}: ${String(error)}`);
      const should = way === 'on' ? after : before;
      if (typeof ended === 'string') wrong.push(ended);
      else if (!sameLines(ended, should)) wrong.push(`${where}: ${differing(ended, should)}`);
      await again.host[Symbol.asyncDispose]();
    }
  }
  t.same(wrong, [], `${crashes} crashes`);
}

/** On after each kind of loss; back after one, another at every point. */
function endings(losing: readonly (typeof losesAll)[], point: number): readonly ['on' | 'back', typeof losesAll][] {
  const one = losing[point % losing.length] ?? losesAll;
  return [...losing.slice(0, 2).map((all): ['on', typeof losesAll] => ['on', all]), ['back', one]];
}

/** Goes on to the end, or back to the beginning; then the power fails once more: what was flushed must stay. */
async function recover(
  engine: LittleEngine,
  waves: readonly (readonly Change<unknown>[])[],
  way: 'on' | 'back',
): Promise<readonly string[]> {
  if (way === 'on') await engine.apply(await engine.stage(waves));
  else await engine.apply(await engine.stage(engine.undo(waves.flat())));
  const host = await (engine.host as CrashableHost).restart(losesAll);
  // As at every start of the engine; a change that was carried out left nothing to sweep.
  if (way === 'back') {
    const claims = waves.flat().flatMap((change) => change.claims);
    await sweepTemporaries(host.hosts.mutate.fs, claims, new Set());
  }
  return picture(host);
}

async function removal(t: Test, kind: AnyKind, fixture: KindFixture, makeHost: HostMaker): Promise<void> {
  const begin = async (original: Tree) => {
    const host = await makeHost(t);
    const items = expanded(kind, fixture.section, host.context);
    host.stores.learn(items);
    const { fs } = host.hosts.mutate;
    await plant(fs, fixture.found ?? {});
    for (const path of pathsOf(items)) await uproot(fs, path);
    await plant(fs, original);
    const before = await picture(host);
    const engine = new LittleEngine([kind], host);
    const adopted = (await engine.converge(items)).map(({ adopts }) => adopts);
    return { engine, before, adopted, paths: pathsOf(items) };
  };
  const made = {};
  const takenOver = fixture.original ?? filesAt(pathsOf(expanded(kind, fixture.section, (await makeHost(t)).context)));

  await t.test('what we made goes', async (t) => {
    const { engine, before, adopted } = await begin(made);
    t.notOk(adopted.includes(true), 'nothing was taken over');
    await engine.converge([]);
    t.same(await picture(engine.host), before);
    t.equal(engine.ledger.size, 0);
  });
  await t.test('what we took over comes back', async (t) => {
    const { engine, before, adopted } = await begin(takenOver);
    t.notOk(adopted.includes(false), 'the plan says that it is taken over');
    await engine.converge([]);
    t.same(await picture(engine.host), before);
    t.equal(engine.ledger.size, 0);
  });
  const left = async (t: Test, engine: LittleEngine): Promise<void> => {
    const before = await picture(engine.host);
    const { changes, notes } = await engine.look([]);
    t.same(changes, [], 'nothing is planned');
    t.same(
      notes.map(({ disown }) => disown),
      [...engine.ledger].map(() => true),
      'each is said, and let go',
    );
    await engine.converge([]);
    t.same(await picture(engine.host), before);
    t.equal(engine.ledger.size, 0);
  };
  await t.test('what was edited since is left', async (t) => {
    const { engine, paths } = await begin(made);
    await meddle(engine, paths);
    await left(t, engine);
  });
  await t.test('what is gone already is let go', async (t) => {
    const { engine, paths } = await begin(made);
    for (const path of paths) await uproot(engine.host.hosts.mutate.fs, path);
    await left(t, engine);
  });
  await t.test('what is to be kept is kept', async (t) => {
    const { engine } = await begin(takenOver);
    for (const [address, row] of engine.ledger) engine.ledger.set(address, { ...row, onRemove: 'keep' });
    await left(t, engine);
  });
}

function expanded(kind: AnyKind, section: KindFixture['section'], context: ExpandContext): readonly Item<unknown>[] {
  return expandSections({ [kind.name]: section }, [kind], context);
}

/** Of what was asked for, not of what that implies. */
function pathsOf(items: readonly Item<unknown>[]): readonly string[] {
  return items.filter(({ implied }) => implied !== true).flatMap(({ claims }) => pathsIn(claims));
}

function filesAt(paths: readonly string[]): Tree {
  return Object.fromEntries(paths.map((path) => [path, { file: `what was at ${path}`, mode: 0o640 }]));
}

async function meddle({ host }: LittleEngine, paths: readonly string[], content = 'edited by hand'): Promise<void> {
  // What lies deeper first: a file takes the place of a directory with all that is in it.
  for (const path of paths.toSorted((a, b) => b.length - a.length)) {
    await uproot(host.hosts.mutate.fs, path);
    await plant(host.hosts.mutate.fs, { [path]: { file: content, mode: 0o600 } });
  }
}

function diedOf(error: unknown): boolean {
  if (error instanceof CrashError) return true;
  throw error;
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}

function differing(is: readonly string[], should: readonly string[]): string {
  const lines = [
    ...is.filter((line) => !should.includes(line)).map((line) => `has ${line}`),
    ...should.filter((line) => !is.includes(line)).map((line) => `lacks ${line}`),
  ];
  return lines.join('; ');
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  for (const inner of value instanceof Map ? value.values() : Object.values(value)) frozen(inner);
  return value;
}
