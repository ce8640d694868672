import t from 'tap';
import { Pulse } from '../../agent/base/pulse.ts';
import { SerialRunner } from '../../agent/base/serial-runner.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

t.test('beats as long as no turn of the writer lasts too long', async (t) => {
  const clock = new VirtualClock();
  const pulse = new Pulse(clock);
  const writer = new SerialRunner(pulse);
  await clock.advance(3_600_000);
  t.equal(pulse.beats(), true, 'nothing to do is no hang');
  const hanging = Promise.withResolvers<void>();
  const turn = writer.run(() => hanging.promise);
  await clock.advance(59_000);
  t.equal(pulse.beats(), true, 'a long turn is no hang yet');
  await clock.advance(2_000);
  t.equal(pulse.beats(), false);
  hanging.resolve();
  await turn;
  await clock.advance(0);
  t.equal(pulse.beats(), true, 'it came to its end after all');
  await t.rejects(writer.run(() => Promise.reject(new Error('no space'))));
  await clock.advance(120_000);
  t.equal(pulse.beats(), true, 'a turn that failed was a turn');
});

t.test('the first who asks hears of a turn that hangs already', async (t) => {
  const clock = new VirtualClock();
  const pulse = new Pulse(clock);
  void new SerialRunner(pulse).run(() => new Promise(() => {}));
  await clock.advance(3_600_000);
  t.equal(pulse.beats(), false);
});

t.test('turns that wait for each other are each by itself', async (t) => {
  const clock = new VirtualClock();
  const pulse = new Pulse(clock);
  const writer = new SerialRunner(pulse);
  const turns = Array.from({ length: 3 }, () => writer.run(() => clock.sleep(40_000)));
  await clock.advance(1_000);
  for (let passed = 0; passed < 3; passed += 1) {
    t.equal(pulse.beats(), true);
    await clock.advance(40_000);
  }
  await Promise.all(turns);
});
