/** Key, pre-images, envelopes: durable or absent after any crash, and whole whenever they are read. */
import t from 'tap';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { openEnvelopes } from '../../agent/apply/envelopes.ts';
import { NodeKey, openNodeKey } from '../../agent/apply/node-key.ts';
import { openPreimages } from '../../agent/apply/preimages.ts';
import { references } from '../../agent/apply/references.ts';
import { EngineState } from '../../agent/apply/state.ts';
import { sweepStore } from '../../agent/apply/temporaries.ts';
import type { Fingerprint } from '../../agent/resources/kind.ts';
import { change, done, generation, header, intent } from './records.ts';
import { everyCrash } from './every-crash.ts';

const key = new NodeKey(new Uint8Array(32).fill(7));
const fingerprint = (bytes: Uint8Array): Fingerprint => key.fingerprint(bytes);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const entropy = { bytes: (length: number) => new Uint8Array(length).fill(3), fraction: () => 0 };

async function memory(): Promise<{ host: MemoryHost; fs: FileSystem }> {
  const host = new MemoryHost();
  const fs = await openRoot(host.primitives, { ids: 'as-is' });
  await fs.ensureDirectory('/state', { mode: 0o700, uid: 0, gid: 0 });
  return { host, fs };
}

t.test('the key: made once, 0600, its fingerprints are HMACs', async (t) => {
  const { fs } = await memory();
  const made = await openNodeKey(fs, '/state', entropy);
  t.equal(made.lost, null);
  t.equal((await fs.lstat('/state/node-key'))?.mode, 0o600);
  const again = await openNodeKey(fs, '/state', { ...entropy, bytes: () => t.fail('made another') as never });
  t.equal(again.mark, made.mark);
  t.match(made.fingerprint(bytes('x')), /^hmac:[\w-]{43}$/);
  const digester = made.digester();
  digester.update(bytes('he'));
  digester.update(bytes('llo'));
  t.equal(digester.finish(), made.fingerprint(bytes('hello')));
  t.not(made.fingerprint(bytes('x')), key.fingerprint(bytes('x')));
});

t.test('a lost or damaged key is told, and none is made in its place', async (t) => {
  const { fs } = await memory();
  await fs.writeDurably('/state/journal', bytes('x'), { mode: 0o600, uid: 0, gid: 0 });
  t.match((await openNodeKey(fs, '/state', entropy)).lost, { code: 'KSN-APPLY-022' });
  t.equal(await fs.lstat('/state/node-key'), null);
  await fs.writeDurably('/state/node-key', bytes('short'), { mode: 0o600, uid: 0, gid: 0 });
  t.match((await openNodeKey(fs, '/state', entropy)).lost, { code: 'KSN-APPLY-022' });
});

t.test('key and envelope through every crash', async (t) => {
  const digest = `sha256:${'ab'.repeat(32)}`;
  let put = false;
  const points = await everyCrash({
    work: async (fs) => {
      put = false;
      await openNodeKey(fs, '/state', entropy);
      await (await openEnvelopes(fs, '/state')).put(digest, bytes('envelope'));
      put = true;
    },
    check: async (fs) => {
      await sweepStore(fs, '/state');
      const opened = await openNodeKey(fs, '/state', entropy);
      if (opened.lost !== null) throw opened.lost;
      const envelopes = await openEnvelopes(fs, '/state');
      if (put && !(await envelopes.has(digest))) throw new Error('the envelope is lost');
      if ((await envelopes.has(digest)) && Buffer.from(await envelopes.get(digest)).toString() !== 'envelope')
        throw new Error('the envelope is torn');
      const names = [...(await fs.list('/state')), ...(await fs.list('/state/specs'))].filter((name) =>
        name.startsWith('.'),
      );
      if (names.length > 0) throw new Error(`left ${names.join()}`);
    },
  });
  t.comment(`${points} crashes`);
});

t.test('envelopes: named by their digest only, swept but for those kept', async (t) => {
  const { fs } = await memory();
  const envelopes = await openEnvelopes(fs, '/state');
  const [a, b] = [`sha256:${'0a'.repeat(32)}`, `sha256:${'0b'.repeat(32)}`];
  await envelopes.put(a, bytes('a'));
  await envelopes.put(b, bytes('b'));
  await envelopes.put(b, bytes('b signed again'));
  t.equal(Buffer.from(await envelopes.get(b)).toString(), 'b signed again');
  await envelopes.sweep([b]);
  t.ok(await envelopes.has(a), 'new since the last sweep: it may be on its way into the journal');
  await envelopes.sweep([b]);
  t.same(await fs.list('/state/specs'), ['0b'.repeat(32)]);
  await t.rejects(envelopes.get(a), { code: 'KSN-APPLY-014' });
  await t.rejects(envelopes.put('sha256:../../etc/passwd', bytes('x')), { code: 'KSN-APPLY-014' });
});

t.test('pre-images: put twice is one, get gives the bytes, limits hold', async (t) => {
  const { fs, host } = await memory();
  const store = await openPreimages(fs, '/state', fingerprint, { each: 100, total: 150 });
  const [one, same] = await Promise.all([store.put(bytes('secret')), store.put(bytes('secret'))]);
  t.equal(one, same);
  t.equal(store.total, 6);
  t.equal(Buffer.from(await store.get(one)).toString(), 'secret');
  t.equal((await fs.lstat('/state/preimages'))?.mode, 0o700);
  t.equal((await fs.lstat(`/state/preimages/${one.slice(5)}`))?.mode, 0o600);
  const calls = host.counts.get('write');
  await store.put(bytes('secret'));
  t.equal(host.counts.get('write'), calls, 'nothing written again');
  await t.rejects(store.put(new Uint8Array(101)), { code: 'KSN-APPLY-010' });
  await store.put(new Uint8Array(100));
  await t.rejects(store.put(bytes('x'.repeat(60))), { code: 'KSN-APPLY-011' });
  t.equal(store.total, 106);
  const together = await Promise.allSettled([store.put(bytes('y'.repeat(30))), store.put(bytes('z'.repeat(30)))]);
  t.same(
    together.map(({ status }) => status),
    ['fulfilled', 'rejected'],
    'puts under way count',
  );
  t.equal((await openPreimages(fs, '/state', fingerprint)).total, 136);
});

t.test('pre-images: missing and damaged ones are told, a damaged one is mended by the next put', async (t) => {
  const { fs } = await memory();
  const store = await openPreimages(fs, '/state', fingerprint);
  const print = await store.put(bytes('secret'));
  await t.rejects(store.get(fingerprint(bytes('never'))), { code: 'KSN-APPLY-012' });
  await t.rejects(store.get('hmac:../../../etc/shadow'), { code: 'KSN-APPLY-012' });
  await fs.writeDurably(`/state/preimages/${print.slice(5)}`, bytes('sEcret'), { mode: 0o600, uid: 0, gid: 0 });
  await t.rejects(store.get(print), { code: 'KSN-APPLY-013' });
  await store.put(bytes('secret'));
  t.equal(Buffer.from(await store.get(print)).toString(), 'secret');
});

t.test('pre-images through every crash, and with no space', async (t) => {
  const prints: Fingerprint[] = [];
  const points = await everyCrash({
    work: async (fs) => {
      prints.length = 0;
      const store = await openPreimages(fs, '/state', fingerprint);
      prints.push(await store.put(bytes('one'.repeat(500))));
      prints.push(await store.put(bytes('two'.repeat(500))));
      for (let sweep = 0; sweep < 2; sweep += 1) await store.sweep(new Set([fingerprint(bytes('two'.repeat(500)))]));
      prints.shift();
      if (store.total !== 1500) throw new Error('not swept');
    },
    check: async (fs) => {
      await sweepStore(fs, '/state');
      const store = await openPreimages(fs, '/state', fingerprint);
      const needed = prints.at(-1);
      if (needed !== undefined) await store.get(needed);
      for (const name of await fs.list('/state/preimages')) await store.get(`hmac:${name}`);
    },
  });
  t.comment(`${points} crashes`);

  const { fs, host } = await memory();
  const store = await openPreimages(fs, '/state', fingerprint);
  {
    using _ = host.fail(({ primitive }) => (primitive === 'write' ? 'ENOSPC' : undefined));
    await t.rejects(store.put(bytes('one')), { code: 'KSN-APPLY-030' });
  }
  t.equal(store.total, 0);
  t.same(await fs.list('/state/preimages'), []);
  await store.put(bytes('one'));
});

t.test('references: every fingerprint that a way back needs', async (t) => {
  const print = (name: string): Fingerprint => fingerprint(bytes(name));
  const state = new EngineState();
  for (const record of [
    header(),
    generation('1', 4),
    intent(
      '1',
      change(
        '1-1',
        'file:/a',
        { content: print('original'), mode: '0644' },
        { content: print('first') },
        { adopts: true },
      ),
    ),
    done('1', '1-1'),
    { t: 'verdict', tx: '1', outcome: 'good', at: 1 } as const,
    { t: 'close', tx: '1', left: [], at: 1 } as const,
    { ...generation('2', 5), drafts: [change('d', 'file:/b', { deep: [{ in: print('drafted') }] }, null)] },
    intent('2', change('2-1', 'file:/a', { content: print('first') }, { content: print('second') })),
    done('2', '2-1'),
  ])
    state.reduce(record);
  const needed = references(state.toCheckpoint(), state.open.values());
  t.same([...needed].toSorted(), ['original', 'first', 'second', 'drafted'].map(print).toSorted());
  state.reduce({ t: 'close', tx: '2', left: [], at: 1 });
  t.ok(references(state.toCheckpoint(), state.open.values()).has(print('first')), 'the base, after the transaction');
});
