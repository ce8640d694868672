import t from 'tap';
import { Pulse } from '../../agent/base/pulse.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

t.test('the watchdog hears a beat as long as the writer gives turns', async (t) => {
  const clock = new VirtualClock();
  let turn = Promise.withResolvers<void>();
  const pulse = new Pulse(clock, () => turn.promise);
  t.equal(pulse.beats(), true);
  await clock.advance(59_000);
  t.equal(pulse.beats(), true, 'a long turn is no hang yet');
  await clock.advance(2_000);
  t.equal(pulse.beats(), false);
  turn.resolve();
  await clock.advance(0);
  turn = Promise.withResolvers();
  t.equal(pulse.beats(), true, 'it came after all');
  turn.reject(new Error('the runner is closed'));
  await clock.advance(120_000);
  t.equal(pulse.beats(), true, 'a turn that failed was a turn');
});
