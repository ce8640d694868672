/** The ways in which a host and a ledger come to a spec, for every kind alike. */
import type { Test } from 'tap';
import { expandSections } from '../../agent/desired/items.ts';
import type { AnyKind, ExpandContext, Item } from '../../agent/resources/kind.ts';
import type { losesAll } from '../../hostfs/memory-crash.ts';
import type { CrashableHost } from '../support/test-host.ts';
import { plant, uproot, type Tree } from '../support/tree.ts';
import { LittleEngine, pathsIn } from './little-engine.ts';

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
export interface Transition {
  readonly title: string;
  readonly items: readonly Item<unknown>[];
  readonly begin: () => Promise<LittleEngine>;
}

export async function transitionsOf(
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

export function expanded(
  kind: AnyKind,
  section: KindFixture['section'],
  context: ExpandContext,
): readonly Item<unknown>[] {
  return expandSections({ [kind.name]: section }, [kind], context);
}

/** Of what was asked for, not of what that implies. */
export function pathsOf(items: readonly Item<unknown>[]): readonly string[] {
  return items.filter(({ implied }) => implied !== true).flatMap(({ claims }) => pathsIn(claims));
}

export function filesAt(paths: readonly string[]): Tree {
  return Object.fromEntries(paths.map((path) => [path, { file: `what was at ${path}`, mode: 0o640 }]));
}

export async function meddle(
  { host }: LittleEngine,
  paths: readonly string[],
  content = 'edited by hand',
): Promise<void> {
  // What lies deeper first: a file takes the place of a directory with all that is in it.
  for (const path of paths.toSorted((a, b) => b.length - a.length)) {
    await uproot(host.hosts.mutate.fs, path);
    await plant(host.hosts.mutate.fs, { [path]: { file: content, mode: 0o600 } });
  }
}
