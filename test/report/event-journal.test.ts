import { readFileSync } from 'node:fs';
import t from 'tap';
import type { Log } from '../../agent/base/log.ts';
import { silentLog } from '../../agent/base/log.ts';
import { EVENT_KINDS } from '../../agent/report/event-kinds.ts';
import { EventJournal, journalEntry } from '../../agent/report/event-journal.ts';
import { EventLog } from '../../agent/report/event-log.ts';
import type { EventRecord } from '../../agent/report/events.ts';
import { memoryRoot } from '../support/roots.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const event: EventRecord = { type: 'DriftRepaired', message: 'm', logId: 'log', seq: 7, at: 0, bootId: 'boot' };
const text = (entry: Uint8Array): string => Buffer.from(entry).toString('utf8');

function made() {
  const clock = new VirtualClock();
  const entries: string[] = [];
  const lost: string[] = [];
  const log: Log = { ...silentLog, warn: (name) => void lost.push(name) };
  let takes = Infinity;
  const journal = new EventJournal({
    clock,
    log,
    send: (entry) => (takes -= 1) >= 0 && entries.push(text(entry)) > 0,
  });
  return { clock, entries, lost, journal, take: (more: number) => void (takes = more) };
}

t.test('every type has a MESSAGE_ID of its own, and none ever changes', (t) => {
  const source = readFileSync(new URL('../../agent/apply/event-sink.ts', import.meta.url), 'utf8');
  const union = /type EventType =([^;]*);/.exec(source)?.[1] ?? '';
  const types = [...union.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? '');
  t.strictSame(Object.keys(EVENT_KINDS).toSorted(), types.toSorted(), 'complete');
  const ids = Object.values(EVENT_KINDS).map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, 'unique');
  for (const id of ids) t.match(id, /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/u);
  const golden = JSON.parse(readFileSync(new URL('message-ids.json', import.meta.url), 'utf8')) as object;
  t.strictSame(
    Object.fromEntries(Object.entries(EVENT_KINDS).map(([type, { id }]) => [type, id])),
    golden,
    'rules and dashboards of others name them: a new type is added to message-ids.json, and nothing in it is changed',
  );
  t.end();
});

t.test('an entry has every field that it can have, and no other', (t) => {
  t.equal(
    text(
      journalEntry({
        ...event,
        type: 'RolledBack',
        message: 'lb/43 rolled back to lb/42',
        generation: 'lb/43',
        address: 'pod:haproxy',
        tx: '12',
        by: 'ana',
        reasonGiven: 'because',
        reason: { code: 'KSN-POD-007', message: 'x', fault: 'environment', remedy: 'look' },
      }),
    ),
    [
      'MESSAGE=lb/43 rolled back to lb/42 [KSN-POD-007]',
      'PRIORITY=3',
      `MESSAGE_ID=${EVENT_KINDS.RolledBack.id}`,
      'SYSLOG_IDENTIFIER=keelson',
      'KEELSON_EVENT=RolledBack',
      'KEELSON_SEQ=7',
      'KEELSON_LOG=log',
      'KEELSON_SERIES=lb',
      'KEELSON_GENERATION=43',
      'KEELSON_ADDRESS=pod:haproxy',
      'KEELSON_CODE=KSN-POD-007',
      'KEELSON_NEXT=look',
      'KEELSON_TX=12',
      'KEELSON_BY=ana',
      'KEELSON_REASON=because',
      '',
    ].join('\n'),
  );
  t.notMatch(text(journalEntry(event)), /KEELSON_(SERIES|GENERATION|ADDRESS|CODE|NEXT|TX|BY|REASON|REPEATED)/u);
  t.end();
});

t.test('a line feed makes no field, and what is too long is cut', (t) => {
  const entry = text(journalEntry({ ...event, message: 'a\nPRIORITY=0' }));
  t.match(entry, 'MESSAGE\n\u000C\0\0\0\0\0\0\0a\nPRIORITY=0\nPRIORITY=5\n');
  const long = journalEntry({ ...event, message: 'x'.repeat(100_000) });
  t.ok(long.length < 10_000, String(long.length));
  t.end();
});

t.test('repeats about one address collapse; what a person asked for does not', async (t) => {
  const { clock, entries, journal } = made();
  for (let seq = 1; seq <= 72; seq += 1) {
    journal.tell([{ ...event, seq, address: 'file:/etc/x', message: `attempt ${seq}` }]);
    await clock.advance(50_000);
  }
  t.ok(entries.length <= 10, `${entries.length} in an hour`);
  t.match(entries.at(-1), /KEELSON_REPEATED=\d+\n/u);
  const before = entries.length;
  for (const seq of [1, 2, 3]) journal.tell([{ ...event, seq, type: 'ControlRequest', by: 'ana' }]);
  t.equal(entries.length - before, 3);
  journal[Symbol.dispose]();
});

t.test('a queue that is full is waited for, in order', async (t) => {
  const { clock, entries, lost, journal, take } = made();
  take(3);
  journal.tell([1, 2, 3, 4, 5, 6, 7, 8].map((seq) => ({ ...event, seq, message: `m${seq}` })));
  t.equal(entries.length, 3, 'what is taken at once goes at once');
  take(2);
  await clock.advance(50);
  take(1);
  journal.tell([{ ...event, seq: 9, message: 'm9' }]);
  await clock.advance(4_000);
  take(Infinity);
  await clock.advance(100);
  t.strictSame(
    entries.map((entry) => /KEELSON_SEQ=(\d+)/u.exec(entry)?.[1]),
    ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
  );
  t.strictSame(lost, []);
  journal[Symbol.dispose]();
  t.equal(clock.sleeping, 0);
});

t.test('what nobody reads is told in the log, and nothing else happens', async (t) => {
  const { clock, entries, lost, journal, take } = made();
  take(0);
  journal.tell([event]);
  await clock.advance(4_000);
  t.strictSame(lost, []);
  await clock.advance(2_000);
  t.strictSame(lost, ['journal-entry-lost']);
  take(Infinity);
  journal.tell([{ ...event, message: 'later' }]);
  t.equal(entries.length, 1, 'the next is tried again');
  take(0);
  journal.tell([{ ...event, message: 'at the end' }]);
  take(1);
  journal[Symbol.dispose]();
  t.equal(entries.length, 2, 'an end tries once more');
});

t.test('it is told what is durable, with its number and without its secrets', async (t) => {
  const root = await memoryRoot();
  const { clock, entries, journal } = made();
  const log = await EventLog.open({
    fs: root.fs,
    folder: '/var/lib/keelson/events',
    clock,
    bootId: 'boot',
    log: silentLog,
    newLogId: () => 'log',
    kept: (events) => journal.tell(events),
  });
  const fault = root.host.fail(({ primitive }) => (primitive === 'write' ? 'ENOSPC' : undefined));
  log.emit({ type: 'SpecRefused', message: 'PASSWORD=Planted1 \u001B[2J', reasonGiven: 'token: Planted2' });
  await clock.advance(500);
  t.strictSame(entries, [], 'not durable yet');
  fault[Symbol.dispose]();
  await clock.advance(5_000);
  t.equal(entries.length, 1);
  t.match(entries[0], 'KEELSON_SEQ=1\n');
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  t.notMatch(entries[0], /Planted|\u001B/u);
  await log[Symbol.asyncDispose]();
  journal[Symbol.dispose]();
});
