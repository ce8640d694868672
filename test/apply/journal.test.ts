/** The journal on the twin: what was appended is there after any crash, whole batches or none. */
import t, { type Test } from 'tap';
import { openRoot } from '../../hostfs/rooted.ts';
import { CrashError, MemoryHost } from '../../hostfs/memory-host.ts';
import { losesAll, losesBySeed, losesNothing, type Choose } from '../../hostfs/memory-crash.ts';
import { openJournal, type Journal, type JournalOptions } from '../../agent/apply/journal.ts';
import { EMPTY_CHECKPOINT } from '../../agent/apply/state-view.ts';
import type { JournalRecord } from '../../agent/apply/records.ts';

const header = { agent: '1.0.0', kinds: { files: 1 }, bootId: 'boot-1', at: 1000 };
const small: JournalOptions = { header, size: 4096, reserve: 512, checkpointAfter: 1024 };

async function open(host: MemoryHost, options: JournalOptions = small): Promise<Journal> {
  const fs = await openRoot(host.primitives, { ids: 'as-is' });
  await fs.ensureDirectory('/state', { mode: 0o700, uid: 0, gid: 0 });
  return openJournal(fs, '/state', options);
}

function block(n: number, padding = 0): JournalRecord {
  return {
    t: 'block',
    series: 's',
    generation: n,
    digest: `sha256:${n}`,
    at: n,
    reason: { code: 'KSN-TEST-1', fault: 'bug', message: 'x'.repeat(padding) },
  };
}

function numbers(journal: Journal): number[] {
  return [...journal.state.blocked.values()].map((row) => row.generation);
}

t.test('a new journal has a header and counts records', async (t) => {
  const host = new MemoryHost();
  const journal = await open(host);
  t.equal(journal.refused, null);
  t.same(numbers(journal), []);
  const before = journal.seq;
  await Promise.all([journal.append([block(1), block(2)], { sync: true }), journal.append([block(3)], { sync: true })]);
  t.equal(journal.seq, before + 3);
  await journal[Symbol.asyncDispose]();
  const again = await open(host.crash(losesAll));
  t.same(numbers(again), [1, 2, 3]);
  t.equal(again.seq, before + 3);
});

t.test('appends of one turn share one fsync', async (t) => {
  const host = new MemoryHost();
  const journal = await open(host);
  const syncs = (): number => host.counts.get('syncData') ?? 0;
  const before = syncs();
  await Promise.all([1, 2, 3, 4].map((n) => journal.append([block(n)], { sync: true })));
  t.equal(syncs() - before, 1);
  await journal.append([block(5)], { sync: false });
  t.equal(syncs() - before, 1, 'lazy: none');
  const seq = journal.seq;
  await journal.append([block(6)], { sync: true });
  t.equal(syncs() - before, 2, 'carried by the next');
  t.equal(journal.seq, seq + 2);
  await journal[Symbol.asyncDispose]();
  t.same(numbers(await open(host.crash(losesAll))), [1, 2, 3, 4, 5, 6]);
});

t.test('promises resolve in the order of their records, lazy ones too', async (t) => {
  const journal = await open(new MemoryHost());
  const order: number[] = [];
  const all: Promise<void>[] = [];
  for (let n = 0; n < 20; n += 1) {
    all.push(journal.append([block(n)], { sync: n % 3 === 0 }).then(() => void order.push(n)));
    if (n % 4 === 0) await Promise.resolve();
  }
  await Promise.all(all);
  t.same(
    order,
    [...order].toSorted((a, b) => a - b),
  );
});

t.test('another boot writes a new header, the same one does not', async (t) => {
  const host = new MemoryHost();
  const first = await open(host);
  const seq = first.seq;
  await first[Symbol.asyncDispose]();
  const same = await open(host, { ...small, header: { ...header, at: 2000 } });
  t.equal(same.seq, seq);
  await same[Symbol.asyncDispose]();
  const next = await open(host, { ...small, header: { ...header, bootId: 'boot-2' } });
  t.equal(next.seq, seq + 1);
  t.equal(next.state.header?.bootId, 'boot-2');
});

/** One life of a journal with everything it does; `mark` after each durable step. */
async function life(journal: Journal, mark: (n: number) => void): Promise<void> {
  await journal.append([block(1), block(2)], { sync: true });
  mark(2);
  await journal.append([block(3, 700)], { sync: true });
  mark(3);
  await journal.reserve(6000);
  await journal.append([block(4)], { sync: false });
  await journal.append([block(5, 1500)], { sync: true });
  mark(5);
  await journal.rewrite({
    ...EMPTY_CHECKPOINT,
    blocked: [1, 2, 3, 4, 5].map((n) => {
      const { t: _, ...row } = block(n) as Extract<JournalRecord, { t: 'block' }>;
      return row;
    }),
  });
  mark(5);
  await journal.append([block(6), block(7)], { sync: true });
  mark(7);
}

for (const [name, choose] of [
  ['everything unsynced lost', () => losesAll],
  ['only the process dies', () => losesNothing],
  ['a mix', (n: number) => losesBySeed(n)],
] as const) {
  t.test(`crash at every primitive: ${name}`, async (t) => {
    let points = 0;
    for (const when of ['before', 'after'] as const) {
      for (let index = 1; ; index += 1) {
        for (let seed = 0; seed < (name === 'a mix' ? 4 : 1); seed += 1) {
          const host = new MemoryHost();
          host.crashAt(index, when);
          let durable = 0;
          let ended = true;
          try {
            const journal = await open(host);
            await life(journal, (n) => {
              durable = n;
            });
          } catch (error) {
            if (!(error instanceof CrashError)) throw error;
            ended = false;
          }
          if (!ended) points += 1;
          await check(t, host, choose(index * 10 + seed), durable, `${when} ${index}`);
          if (ended) {
            index = Infinity;
            break;
          }
        }
        if (index === Infinity) break;
      }
    }
    t.comment(`${points} crash points`);
    t.ok(points > 80);
  });
}

async function check(t: Test, host: MemoryHost, choose: Choose, durable: number, where: string): Promise<void> {
  const after = host.crash(choose);
  const journal = await open(after);
  const seen = numbers(journal);
  if (journal.refused !== null) t.fail(`${where}: ${journal.refused.message}`);
  const whole = [0, 2, 3, 5, 7].includes(seen.length) && seen.every((n, index) => n === index + 1);
  if (!whole || seen.length < durable) t.fail(`${where}: durable ${durable}, found ${seen.join()}`);
  await journal.append([block(99)], { sync: true });
  await journal[Symbol.asyncDispose]();
  const again = await open(after.crash(losesAll));
  if (!numbers(again).includes(99)) t.fail(`${where}: the journal does not go on`);
  await again[Symbol.asyncDispose]();
  const names = (await openRoot(after.outside, { ids: 'as-is' }).then((fs) => fs.list('/state'))).filter(
    (file) => file !== 'journal',
  );
  if (names.length > 0) t.fail(`${where}: left behind ${names.join()}`);
}

t.test('ENOSPC, EIO and EROFS at every write and sync: refused or poisoned, never wrong', async (t) => {
  for (const errno of ['ENOSPC', 'EIO', 'EROFS'] as const) {
    for (let index = 1; ; index += 1) {
      const host = new MemoryHost();
      await (await openRoot(host.outside, { ids: 'as-is' })).ensureDirectory('/state', { mode: 0o700, uid: 0, gid: 0 });
      let hit = false;
      const fault = host.fail((call) => {
        if (call.index < index || !['write', 'sync', 'syncData', 'rename', 'createFile'].includes(call.primitive))
          return undefined;
        if (hit) return undefined;
        hit = true;
        return errno;
      });
      let durable = 0;
      let journal: Journal | undefined;
      try {
        journal = await open(host);
        await life(journal, (n) => {
          durable = n;
        });
      } catch (error) {
        t.match((error as { code: string }).code, /^KSN-APPLY-0/, `${errno} ${index}`);
      }
      fault[Symbol.dispose]();
      if (journal?.poisoned) await t.rejects(journal.append([block(50)], { sync: true }), { code: 'KSN-APPLY-005' });
      if (journal?.poisoned) {
        const state = await journal.reopen();
        t.ok(state.blocked.size >= durable);
        await journal.append([block(98)], { sync: true });
        durable = 0;
        await journal[Symbol.asyncDispose]();
        t.ok(numbers(await open(host.crash(losesAll))).includes(98));
      } else {
        await journal?.[Symbol.asyncDispose]();
        await check(t, host, losesAll, durable, `${errno} ${index}`);
      }
      if (!hit) break;
    }
  }
});

t.test('a full disk: new work is refused, what finishes is written', async (t) => {
  const host = new MemoryHost({ capacity: 5 * 4096 });
  const journal = await open(host, { header, size: 8192, reserve: 2048 });
  const accept = (n: number): JournalRecord => ({
    t: 'accept',
    series: 's',
    generation: n,
    digest: `d${n}`,
    facts: {},
    at: n,
    signers: [],
    source: 'x'.repeat(200),
  });
  let n = 0;
  const refused = await (async () => {
    for (;;) {
      try {
        await journal.append([accept(n)], { sync: true });
        n += 1;
      } catch (error) {
        return error;
      }
    }
  })();
  t.match(refused, { code: 'KSN-APPLY-004' });
  t.equal(journal.poisoned, null);
  await t.rejects(journal.reserve(4000), { code: 'KSN-APPLY-004' });
  for (let finishing = 0; finishing < 10; finishing += 1) await journal.append([block(finishing)], { sync: true });
  t.equal(numbers(journal).length, 0, 'the opened state is not the live one');
  await journal[Symbol.asyncDispose]();
  t.equal(numbers(await open(host.crash(losesAll))).length, 10);
});

t.test('a crash during the recovery from a crash', async (t) => {
  let points = 0;
  for (let first = 20; first < 90; first += 3) {
    for (let second = 1; ; second += 1) {
      const host = new MemoryHost();
      host.crashAt(first);
      let durable = 0;
      await (async () =>
        life(await open(host), (n) => {
          durable = n;
        }))().catch((error: unknown) => {
        if (!(error instanceof CrashError)) throw error;
      });
      const after = host.crash(losesBySeed(first * 100 + second));
      after.crashAt(second);
      let crashed = false;
      await (async () => {
        const journal = await open(after);
        await journal.append([block(50)], { sync: true });
        await journal[Symbol.asyncDispose]();
      })().catch((error: unknown) => {
        if (!(error instanceof CrashError)) throw error;
        crashed = true;
      });
      const journal = await open(after.crash(losesBySeed(second)));
      const seen = numbers(journal).filter((n) => n !== 50);
      if (journal.refused !== null) t.fail(`${first}/${second}: ${journal.refused.message}`);
      if (seen.length < durable || ![0, 2, 3, 5, 7].includes(seen.length))
        t.fail(`${first}/${second}: durable ${durable}, found ${seen.join()}`);
      points += 1;
      if (!crashed) break;
    }
  }
  t.comment(`${points} double crashes`);
});

t.test('a failed reopen stays poisoned, and can be tried again', async (t) => {
  const host = new MemoryHost();
  const journal = await open(host);
  await journal.append([block(1)], { sync: true });
  {
    using _ = host.fail(({ primitive }) => (primitive === 'syncData' ? 'EIO' : undefined));
    await t.rejects(journal.append([block(2)], { sync: true }), { code: 'KSN-APPLY-005' });
  }
  t.match(journal.poisoned, { code: 'KSN-APPLY-005' });
  await t.rejects(journal.rewrite(EMPTY_CHECKPOINT), { code: 'KSN-APPLY-005' });
  for (const primitive of ['createFile', 'write', 'sync', 'rename', 'openFile']) {
    using _ = host.fail((call) => (call.primitive === primitive ? 'EIO' : undefined));
    await t.rejects(journal.reopen(), { code: /KSN-APPLY-03|KSN-APPLY-005/ }, primitive);
    await t.rejects(journal.append([block(3)], { sync: true }), { code: 'KSN-APPLY-005' });
  }
  t.ok((await journal.reopen()).blocked.size >= 1);
  await journal.append([block(4)], { sync: true });
  await journal[Symbol.asyncDispose]();
  t.ok(numbers(await open(host.crash(losesAll))).includes(4));
  t.equal(host.open.handles <= 2, true, `${host.open.handles} handles left open`);
});

t.test('a checkpoint waits its turn, and knows what was appended before', async (t) => {
  const host = new MemoryHost();
  const journal = await open(host);
  const { state } = journal;
  const appended = journal.append([block(1)], { sync: true }).then(() => state.reduce(block(1)));
  await t.rejects(journal.rewrite(state.toCheckpoint()), { code: 'KSN-BASE-001' }, 'a value taken too early');
  const rewritten = journal.rewrite(() => state.toCheckpoint());
  const later = journal.append([block(2)], { sync: true });
  await Promise.all([appended, rewritten, later]);
  const seq = journal.seq;
  await journal.append([{ t: 'open', tx: '1', cause: 'repair', drafts: [], at: 1, bootId: 'b' }], { sync: true });
  t.equal(await journal.rewrite(() => state.toCheckpoint()), false, 'a transaction is open');
  await journal[Symbol.asyncDispose]();
  const again = await open(host.crash(losesAll));
  t.same(numbers(again), [1, 2]);
  t.equal(again.seq, seq + 1);
});

t.test('a checkpoint pays off when records outgrow it', async (t) => {
  const journal = await open(new MemoryHost());
  t.equal(journal.wantsCheckpoint, false);
  await journal.append([block(1, 1200)], { sync: true });
  t.equal(journal.wantsCheckpoint, true);
  await journal.rewrite(EMPTY_CHECKPOINT);
  t.equal(journal.wantsCheckpoint, false);
});
