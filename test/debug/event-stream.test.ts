import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import t from 'tap';
import { silentLog } from '../../agent/base/log.ts';
import { systemClock } from '../../agent/base/system-clock.ts';
import { EventLog } from '../../agent/report/event-log.ts';
import type { EventRecord } from '../../agent/report/events.ts';
import { someStatus } from '../control/fake-port.ts';
import { realRoot } from '../support/roots.ts';
import { Seeded } from '../support/seeded.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { fakeDebugPort, open, serve, type FakeDebugPort, type Place } from './served.ts';

const accept = 'text/event-stream';

interface Message {
  readonly event?: string;
  readonly id?: string;
  readonly data: unknown;
}

const mostMs = 10_000;

/** What the work gives, or a failure: what never comes is to fail by its name, not with the time of the whole file. */
async function soon<T>(work: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what}: not within ${mostMs} ms`)), mostMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** As a browser reads it: comments left out, `id` kept by those that have one. Fails where nothing comes for long. */
async function* messages(stream: IncomingMessage): AsyncGenerator<Message> {
  const read = readMessages(stream);
  try {
    for (;;) {
      const { done, value } = await soon(read.next(), 'the next message');
      if (done === true) return;
      yield value;
    }
  } finally {
    stream.destroy();
  }
}

async function* readMessages(stream: IncomingMessage): AsyncGenerator<Message> {
  let fields: Record<string, string> = {};
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines)
      if (line === '') {
        if (fields['data'] !== undefined) yield { ...fields, data: JSON.parse(fields['data']) };
        fields = {};
      } else if (!line.startsWith(':')) {
        const at = line.indexOf(': ');
        fields[line.slice(0, at)] = line.slice(at + 2);
      }
  }
}

const event = (seq: number): EventRecord => ({
  logId: 'log',
  seq,
  at: 0,
  bootId: 'boot',
  type: 'DriftRepaired',
  message: `event ${seq}\nsecond line`,
});
const seqOf = ({ data }: Message): number => (data as EventRecord).seq;

/** The first messages of a sort that come. */
async function first(place: Place, count: number, headers: Record<string, string> = {}, path = '/v1/events') {
  const stream = await open(place, path, { accept, ...headers });
  const found: Message[] = [];
  for await (const message of messages(stream)) {
    if (message.event === 'status') continue;
    found.push(message);
    if (found.length === count) break;
  }
  stream.destroy();
  return found;
}

t.test('an event is one message, with its number and its log; the status comes at once', async (t) => {
  const { loopback, socket } = await serve(t, fakeDebugPort({ events: [event(1), event(2)] }));
  for (const place of [loopback, socket]) {
    const stream = await open(place, '/v1/events', { accept });
    t.match(stream.headers['content-type'], 'text/event-stream; charset=utf-8');
    const seen: Message[] = [];
    for await (const message of messages(stream)) {
      seen.push(message);
      if (seen.length === 3) break;
    }
    stream.destroy();
    const status = seen.find((message) => message.event === 'status');
    t.strictSame(status, { event: 'status', data: JSON.parse(JSON.stringify(someStatus)) }, 'without an id');
    t.strictSame(
      seen.filter((message) => message.event === undefined).map(({ id, data }) => [id, data]),
      [
        ['1@log', event(1)],
        ['2@log', event(2)],
      ],
    );
  }
});

t.test('where a reader begins', async (t) => {
  const all = Array.from({ length: 300 }, (_, index) => event(index + 1));
  const { loopback } = await serve(t, fakeDebugPort({ events: all }));
  const begins = async (headers: Record<string, string>, query = ''): Promise<string | undefined> =>
    (await first(loopback, 1, headers, `/v1/events${query}`))[0]?.id;
  t.equal(await begins({}), '201@log', 'the newest hundred');
  t.equal(await begins({}, '?limit=1'), '300@log');
  t.equal(await begins({}, '?after=7'), '8@log');
  t.equal(await begins({}, '?after=7@log'), '8@log');
  t.equal(await begins({ 'last-event-id': '41@log' }, '?after=7'), '42@log', 'where it was cut, not where it began');
  t.equal(await begins({ 'last-event-id': '41' }), '42@log');
  t.equal(await begins({ 'last-event-id': '' }, '?after=7'), '8@log');
});

t.test('a log that is no more is said to be so, once, and the new one comes from its beginning', async (t) => {
  const { loopback } = await serve(t, fakeDebugPort({ events: [event(1), event(2), event(3)] }));
  for (const lost of ['2@other', '9@log', '9']) {
    const [reset, ...events] = await first(loopback, 4, { 'last-event-id': lost });
    t.strictSame(reset, { event: 'reset', id: '0@log', data: { logId: 'log' } }, lost);
    t.strictSame(events.map(seqOf), [1, 2, 3]);
  }
  const after = await first(loopback, 3, { 'last-event-id': '0@log' });
  t.strictSame(after.map(seqOf), [1, 2, 3], 'who is cut right after it hears no second one');
});

t.test('every status that is published comes, also while no event does', async (t) => {
  const port = fakeDebugPort();
  const { loopback } = await serve(t, port);
  const seen: number[] = [];
  for await (const { data } of messages(await open(loopback, '/v1/events', { accept }))) {
    const { seq } = data as { readonly seq: number };
    seen.push(seq);
    if (seq === 6) break;
    port.publish({ ...someStatus, seq: seq + 1 });
  }
  t.strictSame(seen, [3, 4, 5, 6]);
});

t.test('a stream that has nothing to say says so every 15 s', async (t) => {
  const clock = new VirtualClock();
  const { loopback } = await serve(t, fakeDebugPort(), clock);
  const stream = await open(loopback, '/v1/events', { accept });
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const beats = async (count: number): Promise<void> => {
    while (text.split(': still here\n\n').length - 1 < count) await soon(once(stream, 'data'), 'the beat');
  };
  for (let count = 1; count <= 5; count += 1) {
    for (let waited = 0; clock.sleeping === 0 && waited < mostMs; waited += 5)
      await new Promise((resolve) => setTimeout(resolve, 5));
    t.ok(clock.sleeping > 0, 'a beat is due');
    await clock.advance(15_000);
    await beats(count);
  }
  t.match(text, /^retry: 2000\n\n/u);
  stream.destroy();
});

t.test('who takes nothing is cut, and little is kept for it', async (t) => {
  const clock = new VirtualClock();
  let pulled = 0;
  const port = fakeDebugPort();
  const events = {
    ...port.events,
    async *follow() {
      for (;;) yield { ...event((pulled += 1)), message: 'x'.repeat(10_000) };
    },
  };
  const { loopback } = await serve(t, { ...port, events }, clock);
  const stream = await open(loopback, '/v1/events', { accept });
  stream.pause();
  for (let before = -1; pulled !== before;) {
    before = pulled;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  t.ok(pulled < 1_000, `${pulled} events were made for it`);
  await clock.advance(61_000);
  stream.resume();
  await t.rejects(
    soon(once(stream, 'end'), 'the end'),
    { code: 'ECONNRESET' },
    'it is cut, not ended as if it were whole',
  );
});

t.test('a stream that fails is cut, never left hanging or ended as if it were whole', async (t) => {
  const port = fakeDebugPort({ events: [event(1)] });
  const events = {
    ...port.events,
    async *follow() {
      yield event(1);
      throw new Error('the disk is gone');
    },
  };
  const { loopback } = await serve(t, { ...port, events });
  const stream = await open(loopback, '/v1/events', { accept });
  stream.resume();
  await t.rejects(soon(once(stream, 'end'), 'the end'), { code: 'ECONNRESET' });
});

/** A log on disk that is closed and opened again, as an agent that is started anew does. */
class Restarts implements AsyncDisposable {
  readonly #root: Awaited<ReturnType<typeof realRoot>>;
  log: EventLog;
  private constructor(root: Awaited<ReturnType<typeof realRoot>>, log: EventLog) {
    this.#root = root;
    this.log = log;
  }

  static async begin(): Promise<Restarts> {
    const root = await realRoot();
    return new Restarts(root, await openLog(root));
  }

  async again(): Promise<void> {
    await this.log[Symbol.asyncDispose]();
    this.log = await openLog(this.#root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.log[Symbol.asyncDispose]();
    await this.#root[Symbol.asyncDispose]();
  }
}

let logs = 0;
const openLog = ({ fs }: Awaited<ReturnType<typeof realRoot>>): Promise<EventLog> =>
  EventLog.open({
    fs,
    folder: '/events',
    clock: systemClock,
    bootId: 'boot',
    log: silentLog,
    newLogId: () => `log-${(logs += 1)}`,
  });

t.test('10,000 events, cut at random and through restarts: none is lost, none comes twice', async (t) => {
  const seeded = new Seeded();
  t.comment(`seed ${seeded.seed}`);
  await using restarts = await Restarts.begin();
  const many = 10_000;
  let emitted = 0;
  const emit = async (count: number): Promise<void> => {
    for (let n = 0; n < count && emitted < many; n += 1)
      restarts.log.emit({ type: 'DriftRepaired', message: `event ${(emitted += 1)}` });
    await restarts.log.flushed();
  };
  const portOf = (): FakeDebugPort => ({ ...fakeDebugPort(), events: restarts.log });
  let served = await serve(t, portOf());
  const seen: number[] = [];
  let last = '0';
  let cuts = 0;
  await emit(3_000);
  const ends = Date.now() + 60_000;
  while (seen.length < many && Date.now() < ends) {
    const stream = await open(served.loopback, '/v1/events?after=0', { accept, 'last-event-id': last });
    // At the boundary of a message or within one: what was not read whole was not seen.
    const cut = setTimeout(() => stream.destroy(), seeded.between(0, 60));
    const adding = emit(seeded.between(0, 900));
    try {
      const enough = seeded.between(1, 2_500);
      let count = 0;
      for await (const message of messages(stream)) {
        if (message.event === 'status') continue;
        if (message.event === 'reset') t.fail('the log goes on');
        seen.push(seqOf(message));
        last = message.id ?? last;
        if ((count += 1) === enough || seen.length === many) break;
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ECONNRESET' && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
    clearTimeout(cut);
    stream.destroy();
    cuts += 1;
    await adding;
    if (seeded.between(0, 4) === 0 && seen.length < many) {
      await served[Symbol.asyncDispose]();
      await restarts.again();
      served = await serve(t, portOf());
    }
  }
  t.strictSame(
    seen,
    Array.from({ length: many }, (_, index) => index + 1),
  );
  t.comment(`${cuts} connections`);
});
