/**
 * Proof 1 of the engine: dead at every primitive that changes the disk, of apply and of rollback; what is left is
 * started again and ends wholly at the new generation or wholly at its base, effects run, nothing half made.
 * `KEELSON_CRASH_STRIDE=1` is the default; a crash between two primitives that change nothing is the same crash.
 */
import t from 'tap';
import { losesAll, losesBySeed, losesNothing, type Choose } from '../../hostfs/memory-crash.ts';
import { crashAndRecover, crashPoints } from '../support/crash-points.ts';
import { badNext, count, goodMachine, goodNext, hostPicture, nextSections } from '../support/crash-workload.ts';
import { EngineNode, recordingEffects } from '../support/engine-node.ts';

const modes: readonly (readonly [string, 'before' | 'after', (index: number) => Choose])[] = [
  ['a power cut that loses everything unsynced', 'before', () => losesAll],
  ['a kill that loses nothing', 'after', () => losesNothing],
  ['a power cut that loses some', 'before', losesBySeed],
];

t.test('the workload is as large as promised', async (t) => {
  t.ok(count(nextSections()) >= 30);
});

for (const [spec, name] of [
  [goodNext, 'apply'],
  [badNext, 'apply and rollback'],
] as const) {
  t.test(`${name}, dead at every primitive`, { timeout: 300_000 }, async (t) => {
    const { machine, picture: base } = await goodMachine();
    const done = await EngineNode.on(machine.crash(losesNothing));
    await done.start();
    await done.accept(spec);
    const expected = spec === badNext ? base : await hostPicture(done);
    await done.stop();
    const points = await crashPoints(machine, spec);
    t.comment(`${points.mutating.length} of ${points.primitives} primitives change the disk, each crashed in ${modes.length} ways`);
    for (const [how, when, choose] of modes) {
      const wrong: unknown[] = [];
      for (const index of points.mutating) {
        const effects: string[] = [];
        const node = await crashAndRecover(machine, spec, index, when, choose(index), { effects: [recordingEffects(effects)] });
        const picture = await hostPicture(node);
        const plan = await node.engine.preview();
        const fault =
          JSON.stringify(picture) === JSON.stringify(expected)
            ? plan.waves.length > 0
              ? `something is left to do: ${plan.waves.flat().map((draft) => draft.address)}`
              : node.state.open.size > 0
                ? 'a transaction is left open'
                : node.state.anomalies.length > 0
                  ? node.state.anomalies
                  : repeated(effects)
            : { more: picture.filter((line) => !expected.includes(line)), less: expected.filter((line) => !picture.includes(line)) };
        if (fault !== null) wrong.push({ index, fault });
        await node.stop();
      }
      t.strictSame(wrong, [], how);
    }
  });
}

/** An effect may run again after a crash, but never twice under one id by one start. */
function repeated(effects: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const effect of effects) counts.set(effect, (counts.get(effect) ?? 0) + 1);
  const often = [...counts].find(([, times]) => times > 2);
  return often === undefined ? null : `${often[0]} ran ${often[1]} times`;
}
