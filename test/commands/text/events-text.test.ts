import t from 'tap';
import type { EventRecord } from '../../../agent/report/events.ts';
import { eventLine, eventLines, progressLine } from '../../../agent/commands/text/events-text.ts';
import { paletteFor } from '../../../agent/commands/text/palette.ts';

const now = Date.UTC(2026, 10, 24, 3, 13);
const record = (over: Partial<EventRecord>): EventRecord => ({
  logId: 'l',
  seq: 1,
  at: Date.UTC(2026, 10, 24, 3, 12, 40),
  bootId: 'b',
  type: 'VerdictGood',
  message: 'lb/43 is good',
  ...over,
});
const reason = { code: 'KSN-POD-007', message: 'x', fault: 'caller' } as const;

t.test('one line an event, with its code and its person', async (t) => {
  const events = [
    record({}),
    record({ type: 'RolledBack', message: 'lb/43 rolled back to lb/42', reason }),
    record({ type: 'Held', address: 'file:/etc/x', message: 'is held', by: 'ana', reasonGiven: 'ntp' }),
  ];
  t.strictSame(eventLines(events, { now }), [
    '03:12:40Z  VerdictGood  lb/43 is good',
    '03:12:40Z  RolledBack   lb/43 rolled back to lb/42 [KSN-POD-007]',
    '03:12:40Z  Held         file:/etc/x  is held (by ana: ntp)',
  ]);
  t.equal(eventLine(record({}), { now, width: 36 }), '03:12:40Z  VerdictGood         lb/4…');
});

t.test('while it happens: a mark and the sentence', async (t) => {
  t.equal(progressLine(record({}), {}), '✓ lb/43 is good');
  t.equal(
    progressLine(record({ type: 'DriftRepaired', message: 'file:/etc/x repaired' }), {}),
    '↺ file:/etc/x repaired',
  );
  for (const [did, mark] of [
    ['create', '+'],
    ['update', '~'],
    ['delete', '-'],
  ] as const)
    t.equal(
      progressLine(record({ type: 'ResourceChanged', did, message: 'file:/etc/x: y' }), {}),
      `${mark} file:/etc/x: y`,
    );
  t.equal(progressLine(record({ type: 'LaneFailed', message: 'begins again' }), {}), '✗ begins again');
  t.equal(
    progressLine(record({ type: 'Blocked', message: 'failed\nbadly' }), { palette: paletteFor(true) }),
    '\u001B[31m✗ failed badly\u001B[39m',
  );
});
