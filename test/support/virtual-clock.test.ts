import t from 'tap';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { VirtualClock } from './virtual-clock.ts';

t.test('wakes sleepers in order of due time, then of call', async (t) => {
  const clock = new VirtualClock(0);
  const log: string[] = [];
  const note = (word: string, ms: number) => void clock.sleep(ms).then(() => log.push(`${word}@${clock.now()}`));
  note('c', 30);
  note('a', 10);
  note('b', 10);
  await clock.advance(9);
  t.strictSame(log, []);
  await clock.advance(21);
  t.strictSame(log, ['a@10', 'b@10', 'c@30']);
  t.equal(clock.now(), 30);
});

t.test('what a sleeper sets off runs to rest before the next wakes, file work included', async (t) => {
  const clock = new VirtualClock(0);
  const folder = await mkdtemp('/tmp/keelson-clock-');
  const times: number[] = [];
  void (async () => {
    for (let i = 0; i < 5; i += 1) {
      await clock.sleep(10);
      await writeFile(`${folder}/x`, `${i}`);
      times.push(clock.now());
      await clock.sleep(0);
      t.equal(await readFile(`${folder}/x`, 'utf8'), `${i}`);
    }
  })();
  await clock.advance(1_000);
  t.strictSame(times, [10, 20, 30, 40, 50]);
});

t.test('runUntil passes exactly the time that is needed', async (t) => {
  const clock = new VirtualClock(0);
  const work = async () => {
    await clock.sleep(3_600_000);
    await clock.sleep(1);
    return 'done';
  };
  t.equal(await clock.runUntil(work()), 'done');
  t.equal(clock.now(), 3_600_001);
  await t.rejects(clock.runUntil(clock.sleep(100), 50), { message: /not settled within 50/ });
});

t.test('an abort wakes at once and forgets the sleeper; a jump moves the wall clock alone', async (t) => {
  const clock = new VirtualClock(0);
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);
  controller.abort(new Error('over'));
  await t.rejects(sleep, { message: 'over' });
  t.equal(clock.sleeping, 0);
  clock.jump(-5_000);
  t.equal(clock.now(), -5_000);
  t.equal(clock.monotonic(), 0);
});
