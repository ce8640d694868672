/** Live state and replayed state are one, at every boundary, over random histories. */
import t from 'tap';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { encodeFrame, scanFrames } from '../../agent/apply/frames.ts';
import { replay } from '../../agent/apply/replay.ts';
import { EngineState } from '../../agent/apply/state.ts';
import type { JournalRecord, TxCause } from '../../agent/apply/records.ts';
import type { Address } from '../../agent/resources/kind.ts';
import { accept, change, close, done, generation, header, identity, intent, open, REASON, verdict } from './records.ts';

const reader = { agent: '1.0.0', kinds: { files: 1 } };
const addresses: readonly Address[] = ['file:/a', 'file:/b', 'file:/c'];

/** A history that the engine could write, from random numbers. */
function history(choices: readonly number[]): JournalRecord[] {
  const state = new EngineState();
  const records: JournalRecord[] = [];
  const say = (...more: readonly JournalRecord[]): void => {
    for (const record of more) state.reduce(record);
    records.push(...more);
  };
  say(header());
  let at = 0;
  const pick = (n: number): number => (choices[at++] ?? 0) % n;
  let id = 0;
  let newest = 0;
  while (at < choices.length) {
    const txs = [...state.open.values()];
    const tx = txs[pick(Math.max(1, txs.length))];
    const address = addresses[pick(3)] ?? 'file:/a';
    switch (pick(14)) {
      case 0:
        say(accept(++newest));
        break;
      case 1:
        say(generation(state.nextTx.toString(36), newest));
        break;
      case 2:
        say(
          open(state.nextTx.toString(36), (['repair', 'renewal', 'override'] satisfies TxCause[])[pick(3)] ?? 'repair'),
        );
        break;
      case 3:
      case 4:
      case 5: {
        if (tx === undefined) break;
        const why =
          (['generation', 'drift', 'prune', tx.cause === 'rollback' ? 'undo' : 'due'] as const)[pick(4)] ?? 'drift';
        say(
          intent(
            tx.tx,
            change(
              `${tx.tx}-${++id}`,
              address,
              pick(2) === 0 ? null : { v: pick(3) },
              pick(3) === 0 ? null : { v: pick(3) },
              { why, undo: pick(5) === 0 ? 'none' : 'exact' },
            ),
          ),
        );
        break;
      }
      case 6:
      case 7: {
        const ids = tx?.intents.flatMap((one) => one.changes.map((c) => c.id)) ?? [];
        if (tx !== undefined && ids.length > 0) say(done(tx.tx, ids[pick(ids.length)] ?? ''));
        break;
      }
      case 8:
        if (tx !== undefined) say(verdict(tx.tx, (['good', 'bad', 'superseded'] as const)[pick(3)] ?? 'good'));
        break;
      case 9:
        if (tx !== undefined) say(close(tx.tx));
        break;
      case 10:
        if (tx !== undefined) say(open(state.nextTx.toString(36), 'rollback', { undoes: tx.tx }));
        break;
      case 11:
        say({
          t: 'block',
          ...(({ series, generation: number, digest }) => ({ series, generation: number, digest }))(identity(newest)),
          reason: REASON,
          at: 1,
        });
        break;
      case 12:
        say({ t: 'disown', address, reason: REASON, ...(tx !== undefined && { tx: tx.tx }) });
        break;
      default:
        if (state.open.size === 0)
          say(header({ bootId: `boot-${pick(3)}` }), { t: 'checkpoint', checkpoint: state.toCheckpoint() });
    }
  }
  return records;
}

function picture(state: EngineState): unknown {
  const plain = JSON.parse(JSON.stringify(state.toCheckpoint())) as unknown;
  const open = [...state.open.values()].map((tx) => ({
    ...(JSON.parse(
      JSON.stringify({
        tx: tx.tx,
        cause: tx.cause,
        identity: tx.identity,
        undoes: tx.undoes,
        intents: tx.intents,
        verdict: tx.verdict,
        attempts: tx.attempts,
        bootId: tx.bootId,
        writer: tx.writer,
        done: [...tx.done],
        cleaned: [...tx.cleaned],
        effects: [...tx.effects],
        before: [...tx.before],
      }),
    ) as object),
    undo: JSON.parse(JSON.stringify(state.undoRows(tx.tx))) as unknown,
  }));
  return { plain, open, header: state.header };
}

t.test('a crash at any record gives the state of that prefix', async () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { maxLength: 120 }), (choices) => {
      const records = history(choices);
      const live = new EngineState();
      const frames: Uint8Array[] = [];
      records.forEach((record, index) => {
        live.reduce(record);
        frames.push(encodeFrame([JSON.stringify(record)], index + 1));
        const { state, refused } = replay(
          scanFrames(Uint8Array.from(Buffer.concat([...frames, new Uint8Array(32)]))),
          reader,
        );
        if (refused !== null) throw refused;
        if (!isDeepStrictEqual(picture(state), picture(live)))
          throw new Error(`differs after ${index}: ${JSON.stringify(record)}`);
      });
    }),
    { numRuns: 150 },
  );
});

t.test('a checkpoint is the whole state', async () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { maxLength: 120 }), (choices) => {
      const live = new EngineState();
      for (const record of history(choices)) live.reduce(record);
      for (const tx of live.open.keys()) live.reduce(close(tx));
      const restored = new EngineState();
      if (live.header !== null) restored.reduce({ t: 'header', ...live.header });
      restored.reduce({ t: 'checkpoint', checkpoint: JSON.parse(JSON.stringify(live.toCheckpoint())) });
      return isDeepStrictEqual(picture(restored), picture(live));
    }),
    { numRuns: 300 },
  );
});

t.test('the ledger holds what was last put there, and the base the earliest state since the good one', async () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { maxLength: 160 }), (choices) => {
      const state = new EngineState();
      for (const record of history(choices)) {
        const before = new Map(state.base);
        state.reduce(record);
        for (const [address, row] of state.base) {
          const was = before.get(address);
          if (was !== undefined && was !== row) return false;
          if (was === undefined && record.t !== 'intent' && record.t !== 'disown' && record.t !== 'checkpoint')
            return false;
        }
        if (record.t === 'verdict' && record.outcome === 'good' && state.open.get(record.tx)?.cause === 'generation') {
          for (const row of state.base.values()) if (state.open.get(row.tx)?.maintenance !== true) return false;
        }
      }
      return true;
    }),
    { numRuns: 500 },
  );
});

const first = header();

t.test('verdicts: newer and too old formats, newer transactions, another key, damage', async (t) => {
  const read = (records: readonly unknown[], as = reader as Parameters<typeof replay>[1]): string | undefined =>
    replay(
      scanFrames(
        Uint8Array.from(Buffer.concat(records.map((record, index) => encodeFrame([JSON.stringify(record)], index)))),
      ),
      as,
    ).refused?.code;
  t.equal(read([first]), undefined);
  t.equal(read([first, { t: 'header', format: 2, agent: '2.0.0' }]), 'KSN-APPLY-002');
  t.equal(read([{ ...first, format: -1 }]), 'KSN-APPLY-006');
  t.equal(read([{ ...first, format: 0 }]), undefined, 'N-1');
  t.equal(read([]), 'KSN-APPLY-001');
  t.equal(read([accept(1)]), 'KSN-APPLY-007');
  t.equal(read([first, { t: 'what' }]), 'KSN-APPLY-007');
  t.equal(read([{ ...first, key: 'hmac:a' }], { ...reader, key: 'hmac:b' }), 'KSN-APPLY-022');
  t.equal(read([{ ...first, key: 'hmac:a' }], { ...reader, key: 'hmac:a' }), undefined);
  const newer = [
    { ...first, agent: '2.0.0', kinds: { files: 2 } },
    generation('1', 4),
    intent('1', change('1-1', 'file:/a', null, {})),
  ];
  t.equal(read(newer), 'KSN-APPLY-003');
  t.equal(read([...newer, close('1')]), undefined, 'closed: nothing to finish');
  t.equal(read(newer, { agent: '3', kinds: { files: 3 } }), undefined);
  t.equal(read(newer, { agent: '3', kinds: {} }), 'KSN-APPLY-003');
  const { refused } = replay(
    scanFrames(
      Uint8Array.from(Buffer.concat(newer.map((record, index) => encodeFrame([JSON.stringify(record)], index)))),
    ),
    reader,
  );
  t.match(refused?.message, /needs agent ≥ 2\.0\.0/);
});
