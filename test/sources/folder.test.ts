import { appendFileSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Clock } from '../../agent/base/clock.ts';
import { systemClock } from '../../agent/base/system-clock.ts';
import type { EventDraft } from '../../agent/report/events.ts';
import { FolderSource, type Judged } from '../../agent/sources/folder.ts';
import { cliError } from '../../agent/commands/errors.ts';
import { someSpec } from '../control/fake-port.ts';
import { realRoot } from '../support/roots.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A document is `SERIES GENERATION`; anything else is refused. */
async function verify(document: Uint8Array, source: string): Promise<Judged> {
  const [series = '', generation = ''] = new TextDecoder().decode(document).trim().split(' ');
  if (!/^\d+$/u.test(generation)) throw cliError('KSN-CLI-004', `${series} is no spec`);
  const spec = { ...someSpec, series, generation: Number(generation), digest: `sha256:${series}${generation}`, source };
  return { spec, already: series === 'old' };
}

async function watched(t: Test, clock: Clock = systemClock) {
  const root = await realRoot();
  const stop = new AbortController();
  const accepted: string[] = [];
  const events: EventDraft[] = [];
  const remarks = new Map<string, string>();
  let bell = Promise.withResolvers<void>();
  const ring = () => {
    bell.resolve();
    bell = Promise.withResolvers();
  };
  const source = new FolderSource({
    fs: root.fs,
    folder: '/specs.d',
    verify,
    accept: async ({ series, generation }) => {
      accepted.push(`${series}/${generation}`);
      ring();
    },
    refused: (file, reason) => {
      if (reason === null) remarks.delete(file);
      else remarks.set(file, reason.code);
    },
    followed: () => accepted.at(-1)?.split('/')[0] ?? null,
    events: {
      emit: (event) => {
        events.push(event);
        ring();
      },
    },
    clock,
    pollMs: 5_000,
  });
  const folder = join(root.path, 'specs.d');
  mkdirSync(folder);
  const running = { promise: Promise.resolve() };
  t.teardown(async () => {
    stop.abort();
    await running.promise;
    await root[Symbol.asyncDispose]();
  });
  return {
    folder,
    /** What is refused now, by file. */
    remarks,
    source,
    accepted,
    events,
    put: (name: string, text: string) => {
      writeFileSync(join(folder, `.${name}`), text);
      renameSync(join(folder, `.${name}`), join(folder, name));
    },
    /** As it lies there long since. */
    age: (name: string) => utimesSync(join(folder, name), 0, 0),
    start: () => {
      running.promise = source.run(stop.signal);
      return source.looked;
    },
    next: () => bell.promise,
  };
}

t.test('takes the newest, then what comes, and nothing twice', async (t) => {
  const w = await watched(t);
  w.put('a.dsse.json', 'lb 1');
  w.put('b.yaml', 'lb 2');
  w.put('.hidden.yaml', 'lb 99');
  w.put('notes.txt', 'lb 99');
  w.age('a.dsse.json');
  w.age('b.yaml');
  await w.start();
  t.strictSame(w.accepted, ['lb/2']);
  const third = w.next();
  w.put('a.dsse.json', 'lb 3');
  await third;
  await w.source.look();
  t.strictSame(w.accepted, ['lb/2', 'lb/3']);
  t.strictSame(w.events, []);
});

t.test('what is refused is told once, until it changes', async (t) => {
  const w = await watched(t);
  await w.start();
  const refused = w.next();
  w.put('bad.yaml', 'nonsense');
  await refused;
  await w.source.look();
  t.match(w.events, [{ type: 'SpecRefused', message: '/specs.d/bad.yaml is refused: nonsense is no spec' }]);
  t.equal(w.events.length, 1);
  const good = w.next();
  w.put('bad.yaml', 'lb 1');
  await good;
  t.strictSame(w.accepted, ['lb/1']);
  const other = w.next();
  w.put('other.yaml', 'web 1');
  await other;
  t.match(w.events[1]?.reason, { code: 'KSN-SRC-001' });
  w.source.reconsider();
  await w.source.look();
  t.match(w.events.length, 3, 'a reload tells what is refused still');
});

t.test('a folder that is missing, or goes and comes, is no failure', async (t) => {
  const w = await watched(t);
  rmSync(w.folder, { recursive: true });
  await w.source.look();
  t.strictSame(w.events, []);
  mkdirSync(w.folder);
  await w.start();
  const came = w.next();
  rmSync(w.folder, { recursive: true });
  mkdirSync(w.folder);
  w.put('a.yaml', 'lb 1');
  w.age('a.yaml');
  await came;
  t.strictSame(w.accepted, ['lb/1']);
});

t.test('what was refused is said no longer when it is over', async (t) => {
  const w = await watched(t);
  rmSync(w.folder, { recursive: true });
  writeFileSync(w.folder, 'no folder');
  await w.source.look();
  t.same([...w.remarks], [['/specs.d', 'KSN-SRC-002']]);
  rmSync(w.folder);
  mkdirSync(w.folder);
  w.put('a.yaml', 'lb 1');
  w.put('b.yaml', 'web 1');
  for (const name of ['a.yaml', 'b.yaml']) w.age(name);
  await w.source.look();
  t.same([...w.remarks].length, 1, 'the folder is there again; one of the two is of another series');
  rmSync(join(w.folder, w.accepted[0] === 'lb/1' ? 'b.yaml' : 'a.yaml'));
  await w.source.look();
  t.same([...w.remarks], []);
  rmSync(w.folder, { recursive: true });
  writeFileSync(w.folder, 'no folder');
  await w.source.look();
  t.equal(
    w.events.filter(({ reason }) => reason?.code === 'KSN-SRC-002').length,
    2,
    'and told again when it comes back',
  );
});

t.test('what was accepted before is not handed over again', async (t) => {
  const w = await watched(t);
  w.put('a.yaml', 'old 7');
  w.age('a.yaml');
  await w.start();
  t.strictSame([w.accepted, w.events], [[], []]);
});

/** Resolves when the source has been told of a change. */
async function heard(clock: VirtualClock): Promise<void> {
  while ((clock.untilNext ?? Infinity) > 20) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function running(t: Test, clock = new VirtualClock()) {
  const w = await watched(t, clock);
  const file = join(w.folder, 'a.yaml');
  await clock.runUntil(w.start());
  const write = async (text: string): Promise<void> => {
    appendFileSync(file, text);
    await heard(clock);
  };
  return { ...w, clock, file, write };
}

t.test('a file that is written slowly is never taken before its end', async (t) => {
  const { accepted, events, clock, write } = await running(t);
  await write('lb 1');
  await clock.advance(1_900);
  await write('2');
  await clock.advance(1_900);
  await write('3');
  await clock.advance(1_900);
  t.strictSame(accepted, [], 'lb/1 and lb/12 are no documents that anybody wrote');
  await clock.advance(200);
  t.strictSame([accepted, events], [['lb/123'], []]);
});

t.test('a file that is moved to its name is taken at once', async (t) => {
  const { accepted, clock, put } = await running(t);
  for (const generation of [1, 2]) {
    put('a.yaml', `lb ${generation}`);
    await heard(clock);
    await clock.advance(25);
  }
  t.strictSame(accepted, ['lb/1', 'lb/2']);
});

t.test('one that is moved while it is written is not', async (t) => {
  const { accepted, clock, put, file } = await running(t);
  put('a.yaml', 'lb 1');
  appendFileSync(file, '2');
  await heard(clock);
  await clock.advance(1_900);
  t.strictSame(accepted, []);
  await clock.advance(200);
  t.strictSame(accepted, ['lb/12']);
});

t.test('one that is overwritten in place stands for what it was, until it is whole', async (t) => {
  const { accepted, events, clock, put, file, write, source } = await running(t);
  put('a.yaml', 'lb 1');
  await heard(clock);
  await clock.advance(25);
  writeFileSync(file, 'nonsense');
  await heard(clock);
  await clock.advance(500);
  source.reconsider();
  await heard(clock);
  await clock.advance(500);
  writeFileSync(file, '');
  await write('lb 2');
  await clock.advance(1_900);
  t.strictSame([accepted, events], [['lb/1'], []], 'what was half written is not told as refused');
  await clock.advance(200);
  t.strictSame(accepted, ['lb/1', 'lb/2']);
});

t.test('at a start an old file is taken at once, a young one when it has rested', async (t) => {
  const clock = new VirtualClock(Date.now());
  const w = await watched(t, clock);
  w.put('a.yaml', 'lb 1');
  w.age('a.yaml');
  w.put('b.yaml', 'lb 2');
  const looked = w.start();
  await clock.advance(1_000);
  t.strictSame(w.accepted, ['lb/1']);
  await clock.runUntil(looked);
  t.strictSame(w.accepted, ['lb/1', 'lb/2']);
});

t.test('without a watch the file is looked at again when it may be whole', async (t) => {
  const clock = new VirtualClock();
  const w = await watched(t, clock);
  rmSync(w.folder, { recursive: true });
  void w.start();
  await clock.advance(100);
  mkdirSync(w.folder);
  w.put('a.yaml', 'lb 1');
  await clock.advance(4_900 + 1_900);
  t.strictSame(w.accepted, []);
  await clock.advance(300);
  t.strictSame(w.accepted, ['lb/1']);
});
