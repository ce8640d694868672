import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { systemClock } from '../../agent/base/system-clock.ts';
import type { EventDraft } from '../../agent/report/events.ts';
import { FolderSource, type Judged } from '../../agent/sources/folder.ts';
import { cliError } from '../../agent/commands/errors.ts';
import { someSpec } from '../control/fake-port.ts';
import { realRoot } from '../support/roots.ts';

/** A document is `SERIES GENERATION`; anything else is refused. */
async function verify(document: Uint8Array, source: string): Promise<Judged> {
  const [series = '', generation = ''] = new TextDecoder().decode(document).trim().split(' ');
  if (!/^\d+$/u.test(generation)) throw cliError('KSN-CLI-004', `${series} is no spec`);
  const spec = { ...someSpec, series, generation: Number(generation), digest: `sha256:${series}${generation}`, source };
  return { spec, already: series === 'old' };
}

async function watched(t: Test) {
  const root = await realRoot();
  const stop = new AbortController();
  const accepted: string[] = [];
  const events: EventDraft[] = [];
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
    refused: () => {},
    followed: () => accepted.at(-1)?.split('/')[0] ?? null,
    events: {
      emit: (event) => {
        events.push(event);
        ring();
      },
    },
    clock: systemClock,
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
    source,
    accepted,
    events,
    put: (name: string, text: string) => {
      writeFileSync(join(folder, `.${name}`), text);
      renameSync(join(folder, `.${name}`), join(folder, name));
    },
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
  w.put('other.yaml', 'web 1');
  await w.source.look();
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
  await came;
  t.strictSame(w.accepted, ['lb/1']);
});

t.test('what was accepted before is not handed over again', async (t) => {
  const w = await watched(t);
  w.put('a.yaml', 'old 7');
  await w.start();
  t.strictSame([w.accepted, w.events], [[], []]);
});
