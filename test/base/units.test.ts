import t from 'tap';
import fc from 'fast-check';
import { formatDuration, formatSize, parseDuration, parseMode, parseSize } from '../../agent/base/units.ts';

t.test('durations', async (t) => {
  const known = {
    '60s': 60_000,
    '10m': 600_000,
    '7d': 604_800_000,
    '500ms': 500,
    '1h30m': 5_400_000,
    '1d2h3m4s5ms': 93_784_005,
    '0s': 0,
  };
  for (const [text, ms] of Object.entries(known)) t.equal(parseDuration(text), ms, text);
  for (const text of ['', '5', 's', '5 s', '-5s', '5m5h', '5s5s', '1.5s', '5S', '9999999d', 'ms', '5min'])
    t.equal(parseDuration(text), null, text);
  t.equal(formatDuration(90_000), '1m30s');
  t.equal(formatDuration(0), '0s');
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 10 }), (ms) => parseDuration(formatDuration(ms)) === ms));
});

t.test('sizes and modes', async (t) => {
  t.equal(parseSize('16MiB'), 16_777_216);
  t.equal(parseSize('100B'), 100);
  t.equal(formatSize(0), '0 B');
  t.equal(formatSize(16_777_217), '16 MiB');
  t.equal(formatSize(15 * 2 ** 40), '15 TiB');
  t.equal(formatSize(9 * 2 ** 60), '9437184 TiB', 'no unit beyond');
  for (const text of ['16', '16MB', '1.5MiB', '-1B', '999999999999TiB', '']) t.equal(parseSize(text), null, text);
  t.equal(parseMode('0644'), 0o644);
  t.equal(parseMode('755'), 0o755);
  t.equal(parseMode('1777'), 0o1777);
  t.equal(parseMode('01777'), 0o1777);
  for (const text of ['0o644', '888', '64', '007777', '']) t.equal(parseMode(text), null, text);
});
