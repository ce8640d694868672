/**
 * `make crash`: proof 1 of the engine, complete. In memory, dead at every primitive that changes the disk; on the
 * real disk, the real process killed at 1,000 random instants. Prints as it goes; writes docs/results/crash.md.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeBundle } from '../real/kill/agent-process.ts';
import { Campaign, goodPicture, type Tally } from '../real/kill/campaign.ts';
import { COMPLETE, crashEverywhere, type CrashReport } from '../support/crash-suite.ts';
import { APPLY, FAILED_EFFECT, LEFT_EFFECT, ROLLBACK, TWO_GENERATIONS } from '../support/crash-scenes.ts';
import { Seeded } from '../support/seeded.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    /** Only one half of it; nothing is written then. */
    only: { type: 'string' },
  },
});

interface SceneReport extends CrashReport {
  readonly scene: string;
}

const begun = performance.now();
const scenes = values.only === 'kills' ? [] : await everyPrimitive();
const fire = values.only === 'memory' ? null : await underFire(Number(values.kills));
const wrong = scenes.reduce((sum, { wrong }) => sum + wrong.length, 0);
if (values.only === undefined) {
  const file = fileURLToPath(new URL('../../docs/results/crash.md', import.meta.url));
  writeFileSync(file, page());
}
if (wrong > 0 || typeof fire === 'string') {
  console.log('make crash: failed');
  process.exitCode = 1;
}

async function everyPrimitive(): Promise<readonly SceneReport[]> {
  const reports: SceneReport[] = [];
  for (const scene of [APPLY, ROLLBACK, FAILED_EFFECT, LEFT_EFFECT, TWO_GENERATIONS]) {
    for await (const report of crashEverywhere(scene, COMPLETE)) {
      reports.push({ scene: scene.name, ...report });
      const { mode, crashed, primitives, wrong } = report;
      console.log(
        `${minutes()}  ${scene.name}; ${mode}: ${crashed} crashes, of ${primitives} primitives; wrong: ${wrong.length}`,
      );
      for (const { index, fault } of wrong) console.log(`  at ${index}: ${JSON.stringify(fault, null, 1)}`);
    }
  }
  return reports;
}

/** What came of it; words where it failed. */
async function underFire(kills: number): Promise<{ readonly seed: number; readonly tally: Tally } | string> {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-crash-'));
  const inside = (name: string): string => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  const random = new Seeded(...(values.seed === undefined ? [] : [Number(values.seed)]));
  console.log(`${minutes()}  ${kills} kills of the real process, seed ${random.seed}`);
  try {
    const bundle = makeBundle(folder);
    const good = new Map([
      ['A', await goodPicture(bundle, inside('a'), 'A')],
      ['B', await goodPicture(bundle, inside('b'), 'B')],
    ] as const);
    const tally = await new Campaign(inside('fire'), { bundle, random, good }).run(kills);
    console.log(`${minutes()}  ${JSON.stringify(tally)}`);
    rmSync(folder, { recursive: true, force: true });
    return { seed: random.seed, tally };
  } catch (error) {
    const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    console.log(`${minutes()}  ${fault}\n(its folder: ${folder})`);
    return fault;
  }
}

function minutes(): string {
  return `${((performance.now() - begun) / 60_000).toFixed(1)} min`;
}

function page(): string {
  const crashes = scenes.reduce((sum, { crashed }) => sum + crashed, 0);
  const outcome = wrong === 0 && typeof fire !== 'string' ? 'every end was whole' : 'NOT every end was whole';
  return [
    '# Crashes',
    '',
    `${new Date().toISOString().slice(0, 10)}, \`make crash\`, Node ${process.versions.node}, ${availableParallelism()} processors, ${minutes()}: **${outcome}**.`,
    '',
    '## In memory: dead at every primitive that changes the disk',
    '',
    'The real engine, kinds, journal and stores over the file system in memory. After each crash what is left is started again,',
    'and must end wholly as the new generation says, or wholly as its base: every path, mode and owner, nothing left to do, no',
    'transaction open, no temporary, every effect run, none more than twice under one id, and told of what is there in the end.',
    '',
    `${crashes} crashes, ${wrong} with a wrong end.`,
    '',
    '| what was going on | how it died | primitives | of those that change the disk | crashes | wrong |',
    '|---|---|--:|--:|--:|--:|',
    ...scenes.map(
      ({ scene, mode, primitives, points, crashed, wrong }) =>
        `| ${scene} | ${mode} | ${primitives} | ${points} | ${crashed} | ${wrong.length} |`,
    ),
    '',
    '## On a real disk: `kill -9` at random instants',
    '',
    'The bundle as its unit runs it, on a root folder: two good generations of over thirty resources that differ in almost',
    'everything take turns, with bad ones between (a check that refuses, an effect that fails, a gate that does not hold), some',
    'published before the one before has its verdict, and hands that edit managed files. Three to six kills a round, then one',
    'start that is left alone and must end as above.',
    '',
    ...(fire === null ? [] : typeof fire === 'string' ? ['```', fire, '```'] : fireLines(fire.seed, fire.tally)),
    '',
  ].join('\n');
}

function fireLines(
  seed: number,
  { kills, rounds, struck, ends, edits, effects, again, torn }: Tally,
): readonly string[] {
  const table = (head: string, counts: Readonly<Record<string, number>>): readonly string[] => [
    `| ${head} | |`,
    '|---|--:|',
    ...Object.entries(counts)
      .toSorted(([, a], [, b]) => b - a)
      .map(([what, times]) => `| ${what} | ${times} |`),
    '',
  ];
  return [
    `${kills} kills in ${rounds} rounds, seed ${seed}; ${edits} edits by hand; ${effects} effects ran, ${again} of them again under the`,
    `same id after a kill; ${torn} torn tails of the journal. No round ended wrong.`,
    '',
    ...table('kills: what the journal had open', struck),
    ...table('rounds: how they ended', ends),
    '"Given up": a good generation over which the agent died four times without getting on is blocked, and the last good one stays.',
  ];
}
