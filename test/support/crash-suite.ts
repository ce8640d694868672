/**
 * Proof 1 of the engine: dead at every primitive that changes the disk (or a sample of them), of apply and of rollback;
 * what is left is started again and ends wholly at the new generation or wholly at its base, effects run, nothing half
 * made. A crash between two primitives that change nothing is the same crash as the one after both.
 */
import { losesAll, losesBySeed, losesNothing, type Choose } from '../../hostfs/memory-crash.ts';
import type { MemoryHost } from '../../hostfs/memory-host.ts';
import type { VerifiedSpec } from '../../agent/verify/verified-spec.ts';
import { crashAndRecover, crashPoints } from './crash-points.ts';
import type { Scene } from './crash-scenes.ts';
import { hostPicture, SERVICES, tellingEffects, type Told } from './crash-workload.ts';
import { EngineNode } from './engine-node.ts';
import { peek } from './peek.ts';

const STATE = '/var/lib/keelson';

export interface CrashMode {
  readonly name: string;
  readonly when: 'before' | 'after';
  readonly choose: (index: number) => Choose;
  /** Every n-th point. */
  readonly stride: number;
  /** From this one on. */
  readonly first?: number;
}

/** Before and after every point; a cut that loses some of what was unsynced is sampled, at every sixth. */
export const DAILY: readonly CrashMode[] = [
  { name: 'a power cut that loses everything unsynced', when: 'before', choose: () => losesAll, stride: 1 },
  { name: 'a kill that loses nothing', when: 'after', choose: () => losesNothing, stride: 1 },
  { name: 'a power cut that loses some', when: 'before', choose: losesBySeed, stride: 6 },
];

/** For scenes that are near to another one: every third point, each in one of the three ways. */
export const SAMPLE: readonly CrashMode[] = DAILY.map((mode, nth) => ({ ...mode, stride: 9, first: 3 * nth }));

/** Every point, in each of the ways: `make crash`. */
export const COMPLETE: readonly CrashMode[] = DAILY.map((mode) => ({ ...mode, stride: 1 }));

export interface CrashReport {
  readonly mode: string;
  readonly crashed: number;
  readonly points: number;
  readonly primitives: number;
  readonly wrong: readonly { readonly index: number; readonly fault: unknown }[];
}

export async function* crashEverywhere(
  { before, spec, endsAtBase }: Scene,
  modes: readonly CrashMode[],
): AsyncGenerator<CrashReport> {
  const { machine, picture: base } = await before();
  const expected = endsAtBase ? base : await pictureAfter(machine, spec);
  const points = await crashPoints(machine, spec, { effects: [tellingEffects([])] });
  for (const { name, when, choose, stride, first = 0 } of modes) {
    const wrong: { index: number; fault: unknown }[] = [];
    const chosen = points.mutating.filter((_, nth) => nth % stride === first);
    for (const index of chosen) {
      const fault = await faultAt(machine, spec, { index, when, choose: choose(index), expected });
      if (fault !== null) wrong.push({ index, fault });
    }
    yield { mode: name, crashed: chosen.length, points: points.mutating.length, primitives: points.primitives, wrong };
  }
}

async function pictureAfter(machine: MemoryHost, spec: VerifiedSpec): Promise<readonly string[]> {
  await using node = await EngineNode.on(machine.crash(losesNothing));
  await node.start();
  await node.accept(spec);
  return hostPicture(node);
}

interface Crash {
  readonly index: number;
  readonly when: 'before' | 'after';
  readonly choose: Choose;
  readonly expected: readonly string[];
}

/** What is wrong after the crash and a new start; null: nothing. */
async function faultAt(
  machine: MemoryHost,
  spec: VerifiedSpec,
  { index, when, choose, expected }: Crash,
): Promise<unknown> {
  const told: Told[] = [];
  await using node = await crashAndRecover(machine, spec, index, when, choose, { effects: [tellingEffects(told)] });
  const picture = await hostPicture(node);
  const more = picture.filter((line) => !expected.includes(line));
  const less = expected.filter((line) => !picture.includes(line));
  if (more.length + less.length > 0) return { more, less };
  const left = (await node.engine.preview()).waves.flat();
  if (left.length > 0) return `left to do: ${left.map((draft) => draft.address).join(', ')}`;
  if (node.state.open.size > 0) return 'a transaction is left open';
  if (node.state.anomalies.length > 0) return node.state.anomalies;
  const halfMade = (await node.fs.list(STATE)).filter((name) => name.startsWith('.'));
  if (halfMade.length > 0) return `left in the state folder: ${halfMade.join(', ')}`;
  return repeated(told) ?? behind(node, machine, told);
}

/** An effect may run again after a crash that hid its record, so twice at most under one id. */
function repeated(told: readonly Told[]): string | null {
  const counts = new Map<string, number>();
  for (const { id } of told) counts.set(id, (counts.get(id) ?? 0) + 1);
  const often = [...counts].find(([, times]) => times > 2);
  return often === undefined ? null : `${often[0]} ran ${often[1]} times`;
}

/** Whose file says something else than it was last told; before the crash, it was told of what was there then. */
function behind({ machine }: EngineNode, before: MemoryHost, told: readonly Told[]): string | null {
  const last = new Map(Object.values(SERVICES).map((path) => [path, peek(before, path)]));
  for (const { path, content } of told) last.set(path, content);
  const wrong = [...last].find(([path, content]) => peek(machine, path) !== content);
  return wrong === undefined ? null : `${wrong[0]}: last told of ${JSON.stringify(wrong[1])}`;
}
