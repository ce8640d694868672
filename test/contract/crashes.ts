/** A crash at any primitive of stage and apply: going on ends at the new state, going back at the old. */
import type { Test } from 'tap';
import { sweepTemporaries } from '../../agent/apply/temporaries.ts';
import type { Change } from '../../agent/resources/kind.ts';
import { losesAll, losesNothing } from '../../hostfs/memory-crash.ts';
import { CrashError } from '../../hostfs/memory-host.ts';
import type { CrashableHost } from '../support/test-host.ts';
import { picture } from '../support/tree.ts';
import { LittleEngine } from './little-engine.ts';
import type { HostMaker, Transition } from './transitions.ts';

export async function survives(t: Test, { begin, items }: Transition, { crash }: HostMaker): Promise<void> {
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
