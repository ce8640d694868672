import t from 'tap';
import fc from 'fast-check';
import { silentLog } from '../../agent/base/log.ts';
import { EventLog, type EventLogOptions } from '../../agent/report/event-log.ts';
import { newestEvents } from '../../agent/report/event-reader.ts';
import type { EventRecord } from '../../agent/report/events.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { losesAll, losesNothing, type Choose } from '../../hostfs/memory-crash.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { realRoot } from '../support/roots.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const folder = '/var/lib/keelson/events';

async function opened(host: MemoryHost, more: Partial<EventLogOptions> = {}) {
  const fs = await openRoot(host.primitives, { ids: 'as-is' });
  const clock = new VirtualClock();
  let ids = 0;
  const events = await EventLog.open({
    fs,
    folder,
    clock,
    bootId: 'boot-1',
    log: silentLog,
    newLogId: () => `log-${(ids += 1)}-${host.calls}`,
    ...more,
  });
  return { fs, clock, events };
}
const emit = (events: EventLog, ...messages: readonly string[]) => {
  for (const message of messages) events.emit({ type: 'ResourceChanged', message });
};
const messages = (events: readonly EventRecord[]) => events.map(({ seq, message }) => `${seq} ${message}`);
const all = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `${from + i} e${from + i}`);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `e${from + i}`);
const never = new AbortController().signal;

t.test('numbers, times and names what it is told', async (t) => {
  const { events, clock } = await opened(new MemoryHost());
  events.emit({ type: 'SpecAccepted', message: 'lb/44', generation: 'lb/44' });
  t.equal(events.lastSeq, 0, 'nothing is shown before it is durable');
  t.strictSame(await events.read(0, 10), []);
  await clock.runUntil(events.flushed());
  t.strictSame(await events.read(0, 10), [
    {
      type: 'SpecAccepted',
      message: 'lb/44',
      generation: 'lb/44',
      seq: 1,
      logId: events.logId,
      at: clock.now() - 20,
      bootId: 'boot-1',
    },
  ]);
});

t.test('a restart continues numbers and name, from memory and from disk alike', async (t) => {
  const host = new MemoryHost();
  const first = await opened(host);
  emit(first.events, ...range(1, 5));
  await first.events[Symbol.asyncDispose]();
  const second = await opened(host);
  t.equal(second.events.logId, first.events.logId);
  t.equal(second.events.lastSeq, 5);
  emit(second.events, ...range(6, 8));
  await second.clock.runUntil(second.events.flushed());
  t.strictSame(messages(await second.events.read(0, 100)), all(1, 8));
  t.strictSame(messages(await second.events.read(6, 100)), all(7, 8));
  t.strictSame(messages(await second.events.read(2, 3)), all(3, 5));
  t.strictSame(messages(await newestEvents(second.fs, folder, 3)), all(6, 8));
  t.strictSame(messages(await newestEvents(second.fs, folder, 3, 7)), all(8, 8));
});

t.test('a cursor beyond the end belongs to another log: this one is read from its beginning', async (t) => {
  const { events, clock } = await opened(new MemoryHost());
  emit(events, ...range(1, 3));
  await clock.runUntil(events.flushed());
  t.strictSame(messages(await events.read(99, 10)), all(1, 3));
  t.strictSame(messages(await events.read(3, 10)), []);
});

t.test('stays within its bounds, and what rotation took is told', async (t) => {
  const host = new MemoryHost();
  const { events, clock, fs } = await opened(host, { segmentBytes: 2_000, segments: 3 });
  for (let i = 1; i <= 200; i += 1) {
    emit(events, `e${i}`);
    if (i % 4 === 0) await clock.runUntil(events.flushed());
  }
  const names = await fs.list(folder);
  t.ok(names.length >= 3 && names.length <= 4, `${names.length}`);
  let bytes = 0;
  for (const name of names) bytes += (await fs.lstat(`${folder}/${name}`))?.size ?? 0;
  t.ok(bytes <= 3 * 2_000, `${bytes}`);
  await events[Symbol.asyncDispose]();
  const again = await opened(host, { segmentBytes: 2_000, segments: 3 });
  const [gap, next, ...rest] = await again.events.read(1, 1_000);
  t.match(gap, { type: 'Gap', reason: { code: 'KSN-REPORT-003' } });
  t.equal(next?.seq, (gap?.seq ?? 0) + 1);
  t.equal(rest.at(-1)?.seq, 200);
  t.not((await again.events.read(0, 1))[0]?.type, 'Gap', 'who begins at the beginning misses nothing');
});

t.test('followers catch up, then get every new one, however slow', async (t) => {
  const { events, clock } = await opened(new MemoryHost());
  emit(events, ...range(1, 3));
  await clock.runUntil(events.flushed());
  const controller = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const event of events.follow(1, controller.signal)) {
      seen.push(...messages([event]));
      if (event.seq === 4) await clock.sleep(5_000);
    }
  })();
  await clock.advance(0);
  t.strictSame(seen, all(2, 3));
  emit(events, ...range(4, 700));
  await clock.advance(4_000);
  t.equal(seen.length, 3);
  await clock.advance(2_000);
  t.strictSame(seen, all(2, 700));
  controller.abort();
  await following;
  const ending = (async () => {
    for await (const event of events.follow(700, never)) t.fail(event.message);
  })();
  await clock.advance(0);
  await events[Symbol.asyncDispose]();
  await ending;
});

t.test('a disk that refuses is waited for; nothing is lost and nothing twice', async (t) => {
  const host = new MemoryHost();
  const { events, clock } = await opened(host);
  emit(events, ...range(1, 3));
  await clock.runUntil(events.flushed());
  for (const errno of ['ENOSPC', 'EIO']) {
    for (const where of ['write', 'syncData', 'createFile', 'sync']) {
      const from = events.lastSeq + 1;
      const fault = host.fail(({ primitive }) => (primitive === where ? errno : undefined));
      emit(events, ...range(from, from + 2));
      await clock.advance(5_000);
      fault[Symbol.dispose]();
      await clock.runUntil(events.flushed());
      t.equal(events.lastSeq, from + 2, `${errno} ${where}`);
    }
  }
  await events[Symbol.asyncDispose]();
  const again = await opened(host);
  t.strictSame(messages(await again.events.read(0, 100)), all(1, again.events.lastSeq));
});

t.test('more than the queue holds leaves a gap, and the caller never waits', async (t) => {
  const host = new MemoryHost();
  const { events, clock } = await opened(host);
  const fault = host.fail(({ primitive }) => (primitive === 'write' ? 'ENOSPC' : undefined));
  emit(events, ...range(1, 5_000));
  await clock.advance(1_000);
  fault[Symbol.dispose]();
  await clock.runUntil(events.flushed());
  emit(events, 'after');
  await clock.runUntil(events.flushed());
  const tail = await events.read(events.lastSeq - 2, 10);
  t.match(tail, [{ type: 'Gap', message: /^904 events were lost/ }, { message: 'after' }]);
});

t.test('dispose gives up on a disk that refuses', async (t) => {
  const host = new MemoryHost();
  const { events } = await opened(host);
  host.fail(() => 'EIO');
  emit(events, 'x');
  await events[Symbol.asyncDispose]();
  emit(events, 'after the end');
  t.equal(events.lastSeq, 0);
});

t.test('a torn tail is cut, whatever it holds', async (t) => {
  for (const torn of ['{"seq":4,"type":"Left","mess', '\0\0\0\0', '\0\0\0","message":"x"}\n', '{']) {
    const host = new MemoryHost();
    const first = await opened(host);
    emit(first.events, ...range(1, 3));
    await first.events[Symbol.asyncDispose]();
    await append(first.fs, torn);
    const again = await opened(host);
    t.equal(again.events.logId, first.events.logId, JSON.stringify(torn));
    emit(again.events, 'e4');
    await again.events[Symbol.asyncDispose]();
    t.strictSame(messages(await (await opened(host)).events.read(0, 10)), all(1, 4));
  }
});

t.test('damage begins a new log, with an alarm', async (t) => {
  const damages: readonly ((fs: FileSystem, path: string) => Promise<void>)[] = [
    async (fs) => append(fs, 'what is this\n'),
    async (fs, path) => fs.writeDurably(path, Buffer.from('no header\n'), { mode: 0o600, uid: 0, gid: 0 }),
    async (fs, path) => fs.writeDurably(path, Buffer.from(''), { mode: 0o600, uid: 0, gid: 0 }),
    async (fs, path) =>
      fs.writeDurably(path, Buffer.from('{"format":99,"logId":"x","first":1}\n'), { mode: 0o600, uid: 0, gid: 0 }),
  ];
  for (const damage of damages) {
    const host = new MemoryHost();
    const first = await opened(host);
    emit(first.events, ...range(1, 3));
    await first.events[Symbol.asyncDispose]();
    await damage(first.fs, `${folder}/${(await first.fs.list(folder))[0]}`);
    const alarms: string[] = [];
    const again = await opened(host, { log: { ...silentLog, error: (event) => void alarms.push(event) } });
    t.strictSame(alarms, ['event-log-damaged']);
    t.not(again.events.logId, first.events.logId);
    emit(again.events, 'new');
    await again.events[Symbol.asyncDispose]();
    const after = await opened(host);
    t.equal(after.events.logId, again.events.logId);
    t.match(await after.events.read(0, 10), [
      { type: 'Gap', seq: 1, reason: { code: 'KSN-REPORT-001' } },
      { message: 'new', seq: 2 },
    ]);
  }
});

t.test('damage in the middle is a gap', async (t) => {
  const host = new MemoryHost();
  const first = await opened(host);
  emit(first.events, ...range(1, 5));
  await first.events[Symbol.asyncDispose]();
  const path = `${folder}/${(await first.fs.list(folder))[0]}`;
  const text = Buffer.from(await first.fs.read(path)).toString();
  await first.fs.writeDurably(path, Buffer.from(text.replace('{"seq":3', '{"sxq":3')), { mode: 0o600, uid: 0, gid: 0 });
  const again = await opened(host);
  t.match(await again.events.read(1, 10), [{ seq: 2 }, { seq: 3, type: 'Gap' }, { seq: 4 }, { seq: 5 }]);
});

t.test('a crash at every primitive: what was shown stays, no number is used twice', async (t) => {
  const work = async (host: MemoryHost, shown: Map<number, string>) => {
    const { events, clock } = await opened(host, { segmentBytes: 400, segments: 3 });
    for (let i = 0; i < 8; i += 1) {
      emit(events, `${host.calls}-${i}`, `${host.calls}-${i}b`);
      await clock.advance(25);
      for (const { seq, message, type } of await events.read(0, 100)) if (type !== 'Gap') shown.set(seq, message);
    }
  };
  const counting = new MemoryHost();
  await work(counting, new Map());
  let crashes = 0;
  for (let at = 1; at <= counting.calls; at += 1) {
    for (const choose of [losesAll, losesNothing] as readonly Choose[]) {
      const host = new MemoryHost();
      host.crashAt(at);
      const shown = new Map<number, string>();
      await work(host, shown).catch(() => {});
      crashes += 1;
      const { events, clock } = await opened(host.crash(choose), { segmentBytes: 400, segments: 3 });
      const kept = await events.read(0, 100);
      t.notOk(
        kept.some(({ type }) => type === 'Gap'),
        `at ${at}`,
      );
      const newestShown = Math.max(0, ...shown.keys());
      if (events.lastSeq < newestShown) t.fail(`at ${at}: ${events.lastSeq} < ${newestShown}`);
      for (const { seq, message } of kept)
        if (shown.has(seq) && shown.get(seq) !== message) t.fail(`at ${at}: ${seq} is another`);
      emit(events, 'later');
      await clock.runUntil(events.flushed());
      if (events.lastSeq <= newestShown) t.fail(`at ${at}: used again`);
      await events[Symbol.asyncDispose]();
    }
  }
  t.comment(`${crashes} crashes`);
});

t.test('secrets and terminal tricks do not get in, whichever field they come by', async (t) => {
  const { events, clock, fs } = await opened(new MemoryHost());
  const planted = 'Planted-7f3a';
  const dirty = `DB_PASSWORD=${planted} https://ana:${planted}@host \u001B[2J`;
  events.emit({
    type: 'EffectFailed',
    message: dirty,
    by: dirty,
    reasonGiven: dirty,
    reason: { code: 'KSN-X-001', fault: 'caller', message: dirty, remedy: dirty },
  });
  await clock.runUntil(events.flushed());
  const bytes = await Promise.all(
    (await fs.list(folder)).map(async (name) => Buffer.from(await fs.read(`${folder}/${name}`)).toString()),
  );
  t.match(bytes.join(''), /redacted/);
  t.notMatch(bytes.join('') + JSON.stringify(await events.read(0, 9)), new RegExp(planted));
  t.notMatch(bytes.join(''), /\\u001b/i);
});

t.test('any event comes back as it was told, in order, within its line', async () => {
  const draft = fc.record(
    {
      type: fc.constantFrom('Left', 'Held', 'Blocked'),
      message: fc.string({ maxLength: 40_000, size: 'max' }),
      tx: fc.option(fc.string(), { nil: undefined }),
    },
    { requiredKeys: ['type', 'message'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(draft, { maxLength: 20 }), async (drafts) => {
      const host = new MemoryHost();
      const { events } = await opened(host);
      for (const each of drafts) events.emit(each as Parameters<EventLog['emit']>[0]);
      await events[Symbol.asyncDispose]();
      const back = await (await opened(host)).events.read(0, 100);
      if (back.length !== drafts.length || back.some(({ type, seq }, i) => type !== drafts[i]?.type || seq !== i + 1))
        throw new Error(`${back.length}`);
    }),
    { numRuns: 30 },
  );
});

t.test('the same on a real disk', async (t) => {
  await using root = await realRoot();
  const clock = new VirtualClock();
  const options = { fs: root.fs, folder, clock, bootId: 'b', log: silentLog, newLogId: () => 'log-1' };
  const events = await EventLog.open(options);
  emit(events, ...range(1, 1_000));
  await clock.runUntil(events.flushed());
  await events[Symbol.asyncDispose]();
  const again = await EventLog.open(options);
  t.strictSame(messages(await again.read(0, 2_000)), all(1, 1_000));
  await again[Symbol.asyncDispose]();
});

async function append(fs: FileSystem, text: string): Promise<void> {
  const path = `${folder}/${(await fs.list(folder)).at(-1)}`;
  await using file = await fs.openLog(path, 0);
  await file.write(file.size, Buffer.from(text));
  await file.sync();
}
