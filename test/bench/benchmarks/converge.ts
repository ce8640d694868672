/**
 * Files brought about durably, by the whole pipeline: signed document → verify → accept → plan → stage → intent →
 * publish. Tools that read a policy are met from the document on; C, which holds its list in memory, from the
 * verified spec on.
 */
import { skippedRow, type Benchmark, type Row } from '../benchmark.ts';
import type { Milestones } from '../bench-agent.ts';
import type { Contestant } from '../contestant.ts';
import { cfAgent } from '../contestants/cf-agent.ts';
import { cWriter } from '../contestants/c-writer.ts';
import { keelson } from '../contestants/keelson.ts';
import { nodeLoop } from '../contestants/node-loop.ts';
import { puppet } from '../contestants/puppet.ts';
import type { Ground } from '../ground.ts';
import { convergeInTurns } from '../rounds.ts';
import { median, milliseconds, pairwise } from '../statistics.ts';
import { workloadOf } from '../workload.ts';

interface Reference {
  readonly contestant: Contestant;
  readonly goal: number | null;
  /** Where our clock starts. */
  readonly from: 'document' | 'verified spec';
}

interface Case {
  readonly name: string;
  readonly count: number;
  readonly foldersThere: boolean;
  readonly rounds: number;
  readonly references: readonly Reference[];
}

export const converge: Benchmark = {
  name: 'converge',
  what: '200 and 1,000 files of 512 bytes in ten folders, all durable',
  goal: '≤ 1.5 × C with 16 threads, faster than serial C and than cf-agent',
  async run(ground) {
    const c: readonly Reference[] = [
      { contestant: cWriter(ground, 'threads'), goal: 1.5, from: 'verified spec' },
      { contestant: cWriter(ground, 'serial'), goal: 1, from: 'verified spec' },
      { contestant: nodeLoop, goal: null, from: 'verified spec' },
    ];
    const others: readonly Reference[] = [
      { contestant: cfAgent, goal: 1, from: 'document' },
      { contestant: puppet, goal: null, from: 'document' },
    ];
    const cases: readonly Case[] = [
      { name: 'converge-200', count: 200, foldersThere: true, rounds: 9, references: [...c, ...others] },
      { name: 'converge-1000', count: 1_000, foldersThere: true, rounds: 7, references: [...c, ...others] },
      { name: 'converge-1000-new-folders', count: 1_000, foldersThere: false, rounds: 5, references: c },
    ];
    const rows: Row[] = [];
    for (const one of cases) rows.push(...(await measure(ground, one)));
    return rows;
  },
};

async function measure(
  ground: Ground,
  { name, count, foldersThere, rounds, references }: Case,
): Promise<readonly Row[]> {
  const milestones: Milestones[] = [];
  const ours = keelson((each) => void milestones.push(each));
  const lacking = new Map(references.map(({ contestant }) => [contestant, contestant.lacks()]));
  const present = references.filter(({ contestant }) => lacking.get(contestant) === null);
  const contestants = [ours, ...present.map(({ contestant }) => contestant)];
  const times = await convergeInTurns(ground, contestants, workloadOf(count), { rounds, foldersThere });
  const fromDocument = times.get(ours) ?? [];
  const fromVerified = milestones.map(({ judged, applied }) => applied - judged);
  return references.map(({ contestant, goal, from }): Row => {
    const ourTimes = from === 'document' ? fromDocument : fromVerified;
    const rowName = `${name} / ${contestant.name}`;
    const lack = lacking.get(contestant);
    if (lack !== null && lack !== undefined) return skippedRow(rowName, contestant.name, goal, lack);
    const theirs = times.get(contestant) ?? [];
    return {
      name: rowName,
      ours: milliseconds(median(ourTimes)),
      reference: `${contestant.name}: ${milliseconds(median(theirs))}`,
      ...pairwise(ourTimes, theirs),
      goal,
      samples: {
        unit: 'ms',
        ours: ourTimes,
        reference: theirs,
        fromDocument,
        judged: milestones.map((each) => each.judged),
        accepted: milestones.map((each) => each.accepted),
        verdict: milestones.map((each) => each.verdict),
      },
    };
  });
}
