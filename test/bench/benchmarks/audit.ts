/** A look at everything that is managed, with nothing to do. */
import { skippedRow, type Benchmark, type Row } from '../benchmark.ts';
import { cfAgent } from '../contestants/cf-agent.ts';
import { keelson } from '../contestants/keelson.ts';
import { puppet } from '../contestants/puppet.ts';
import { lookInTurns } from '../rounds.ts';
import { median, milliseconds, pairwise } from '../statistics.ts';
import { workloadOf } from '../workload.ts';

const ROUNDS = 9;

export const audit: Benchmark = {
  name: 'audit',
  what: 'a look at 1,000 files that are as desired',
  goal: 'faster than cf-agent',
  async run(ground) {
    const ours = keelson();
    const references = [
      { contestant: cfAgent, goal: 1 },
      { contestant: puppet, goal: null },
    ].map((reference) => ({ ...reference, lack: reference.contestant.lacks() }));
    const present = references.filter(({ lack }) => lack === null).map(({ contestant }) => contestant);
    const times = await lookInTurns(ground, [ours, ...present], workloadOf(1_000), ROUNDS);
    const ourTimes = times.get(ours) ?? [];
    return references.map(({ contestant, goal, lack }): Row => {
      const name = `audit-1000 / ${contestant.name}`;
      if (lack !== null) return skippedRow(name, contestant.name, goal, lack);
      const theirs = times.get(contestant) ?? [];
      return {
        name,
        ours: milliseconds(median(ourTimes)),
        reference: `${contestant.name}: ${milliseconds(median(theirs))}`,
        ...pairwise(ourTimes, theirs),
        goal,
        samples: { unit: 'ms', ours: ourTimes, reference: theirs },
      };
    });
  },
};
