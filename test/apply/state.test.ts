/** What records mean, case by case. */
import t from 'tap';
import { EngineState } from '../../agent/apply/state.ts';
import type { JournalRecord } from '../../agent/apply/records.ts';
import type { Address, Owned } from '../../agent/resources/kind.ts';
import { accept, change, close, done, generation, header, identity, intent, open, REASON, verdict } from './records.ts';

const A: Address = 'file:/a';
const B: Address = 'file:/b';
const X = { content: 'x' };
const A5 = { content: 'a5' };
const A6 = { content: 'a6' };

function state(...records: readonly JournalRecord[]): EngineState {
  const state = new EngineState();
  for (const record of [header(), ...records]) state.reduce(record);
  return state;
}

/** Generation 4, good, with A as A5 (made by us). */
const good4 = [
  accept(4),
  generation('1', 4),
  intent('1', change('1-1', A, null, A5)),
  done('1', '1-1'),
  verdict('1', 'good'),
  close('1'),
];

t.test('a good generation becomes the last known good, and the base is empty', async (t) => {
  const s = state(...good4);
  t.same(s.lastKnownGood, identity(4));
  t.same(s.running, identity(4));
  t.same(s.wanted, identity(4));
  t.equal(s.previousGood, null);
  t.equal(s.base.size, 0);
  t.match(s.ledger.get(A), { original: null, last: A5, kind: 'files', stateVersion: 1 });
  t.equal(s.nextTx, 2);
  t.same(s.anomalies, []);
});

t.test('a change of ours keeps the original; a prune drops the row, whatever it restores', async (t) => {
  const s = state(
    ...good4,
    generation('2', 5),
    intent('2', change('2-1', A, A5, A6), change('2-2', B, X, A5, { adopts: true })),
    done('2', '2-1', '2-2'),
  );
  t.match(s.ledger.get(A), { original: null, last: A6 });
  t.match(s.ledger.get(B), { original: X, last: A5 });
  for (const record of [
    verdict('2', 'good'),
    close('2'),
    generation('3', 6),
    intent('3', change('3-1', B, A5, X, { why: 'prune' })),
    done('3', '3-1'),
  ])
    s.reduce(record);
  t.equal(s.ledger.has(B), false);
  t.match(s.base.get(B), { from: A5, owned: { original: X, last: A5 } });
});

t.test('adoption without a change takes the row', async (t) => {
  const s = state(generation('1', 4), intent('1', change('1-1', A, X, X, { adopts: true })), done('1', '1-1'));
  t.match(s.ledger.get(A), { original: X, last: X });
});

/** As an agent wrote it that did not know the field. */
function withoutTakenIn(row: Owned<unknown>): Owned<unknown> {
  const { takenIn: _, ...older } = row;
  return older;
}

t.test('the row knows which generation took over what was there, through all that comes later', async (t) => {
  const s = state(
    ...good4,
    generation('2', 5),
    intent('2', change('2-1', B, X, A5, { adopts: true })),
    done('2', '2-1'),
    verdict('2', 'good'),
    close('2'),
    generation('3', 6),
    intent('3', change('3-1', B, A5, A6)),
    done('3', '3-1'),
  );
  t.notHas(s.ledger.get(A), { takenIn: {} }, 'nothing was there');
  t.same(s.ledger.get(B)?.takenIn, { series: 'lb', generation: 5 });

  const old = s.toCheckpoint();
  const checkpoint = { ...old, ledger: old.ledger.map(withoutTakenIn) };
  const later = state(
    { t: 'checkpoint', checkpoint },
    generation('4', 7),
    intent('4', change('4-1', B, A6, A5)),
    done('4', '4-1'),
  );
  t.match(later.ledger.get(B), { original: X, last: A5 });
  t.notHas(later.ledger.get(B), { takenIn: {} }, 'an older agent did not say it, and nobody guesses');
});

t.test('what a repair takes over, it takes over for what runs', async (t) => {
  const s = state(
    ...good4,
    open('2', 'repair'),
    intent('2', change('2-1', B, X, A5, { adopts: true, why: 'drift' })),
    done('2', '2-1'),
  );
  t.same(s.ledger.get(B)?.takenIn, { series: 'lb', generation: 4 });
});

t.test('something absent by the spec is owned, and its original remembered', async (t) => {
  const s = state(generation('1', 4), intent('1', change('1-1', A, X, null, { adopts: true })), done('1', '1-1'));
  t.match(s.ledger.get(A), { original: X, last: null });
});

t.test('done twice counts once; done of what was never intended counts not at all', async (t) => {
  const s = state(
    ...good4,
    generation('2', 5),
    intent('2', change('2-1', A, A5, A6)),
    done('2', '2-1'),
    done('2', '2-1'),
    done('2', '2-9'),
    done('9', '1'),
  );
  t.match(s.ledger.get(A), { last: A6 });
  t.equal(s.anomalies.length, 2);
});

t.test('planned anew after a third state: the original is what was there at the first intent', async (t) => {
  const s = state(
    generation('1', 4),
    intent('1', change('1-1', A, X, A5)),
    intent('1', change('1-2', A, A6, A5)),
    done('1', '1-2'),
  );
  t.match(s.ledger.get(A), { original: X, last: A5 });
  t.match(s.base.get(A), { from: X, owned: null });
});

t.test('a rollback over two generations goes to the earliest from, and its crash goes on with the rest', async (t) => {
  const s = state(
    ...good4,
    accept(5),
    generation('2', 5),
    intent('2', change('2-1', A, A5, A6)),
    done('2', '2-1'),
    verdict('2', 'superseded'),
    close('2'),
    accept(6),
    generation('3', 6),
    intent('3', change('3-1', A, A6, X), change('3-2', B, null, X)),
    done('3', '3-1', '3-2'),
  );
  t.same(s.lastKnownGood, identity(4));
  s.reduce(verdict('3', 'bad'));
  s.reduce({ t: 'block', series: 'lb', generation: 6, digest: identity(6).digest, reason: REASON, at: 1 });
  t.same(
    s.undoRows('3').map(({ address, from }) => [address, from]),
    [
      [A, A5],
      [B, null],
    ],
  );

  s.reduce(open('4', 'rollback', { undoes: '3' }));
  s.reduce(intent('4', change('4-1', A, X, A5, { why: 'undo' }), change('4-2', B, X, null, { why: 'undo' })));
  t.equal(s.base.size, 2, 'a rollback makes no base of its own');
  s.reduce(done('4', '4-1'));
  t.match(s.ledger.get(A), { original: null, last: A5 });
  t.same([...s.base.keys()], [B], 'what is left to undo after a crash here');
  s.reduce(done('4', '4-2'));
  t.equal(s.ledger.has(B), false);

  s.reduce(verdict('4', 'good'));
  t.same(s.running, identity(4));
  t.same(s.lastKnownGood, identity(4));
  t.equal(s.open.size, 2, 'what failed stays open until its rollback has ended');
  s.reduce(close('4'));
  s.reduce(close('3'));
  t.equal(s.base.size, 0);
  t.ok(s.blocked.has(identity(6).digest));
});

t.test('the second step of a rollback is no base and changes rows as ever', async (t) => {
  const s = state(
    ...good4,
    generation('2', 5),
    intent('2', change('2-1', A, A5, A6)),
    verdict('2', 'bad'),
    open('3', 'rollback', { undoes: '2' }),
  );
  s.reduce({ t: 'undone', tx: '3', addresses: [A] });
  t.match(s.ledger.get(A), { last: A5 }, 'found at its base: nothing had to be done');
  s.reduce(intent('3', change('3-1', B, null, X)));
  s.reduce(done('3', '3-1'));
  t.equal(s.base.size, 0);
  t.match(s.ledger.get(B), { last: X });
});

t.test('a good generation forgets blocks it has left behind and what held a rollback up', async (t) => {
  const block = (n: number): JournalRecord => ({
    t: 'block',
    series: 'lb',
    generation: n,
    digest: identity(n).digest,
    reason: REASON,
    at: 1,
  });
  const s = state(
    ...good4,
    block(5),
    block(7),
    { t: 'rollback-incomplete', reason: REASON },
    generation('2', 6),
    verdict('2', 'good'),
  );
  t.same(
    [...s.blocked.values()].map((row) => row.generation),
    [7],
  );
  t.equal(s.rollbackIncomplete, null);
  t.same(s.previousGood, identity(4));
});

t.test('a renewal that failed goes back to what was before it, not to the base', async (t) => {
  const s = state(
    ...good4,
    generation('2', 5),
    intent('2', change('2-1', A, A5, A6)),
    done('2', '2-1'),
    verdict('2', 'superseded'),
    close('2'),
    open('3', 'renewal'),
    intent('3', change('3-1', A, A6, X), change('3-2', B, null, X)),
    done('3', '3-1', '3-2'),
    verdict('3', 'bad'),
  );
  t.same(
    s.undoRows('3').map(({ address, from }) => [address, from]),
    [
      [A, A6],
      [B, null],
    ],
  );
  for (const record of [
    open('4', 'rollback', { undoes: '3' }),
    intent('4', change('4-1', A, X, A6, { why: 'undo' }), change('4-2', B, X, null, { why: 'undo' })),
    done('4', '4-1', '4-2'),
    verdict('4', 'good'),
    close('4'),
    close('3'),
  ])
    s.reduce(record);
  t.match(s.ledger.get(A), { last: A6 });
  t.equal(s.ledger.has(B), false);
  t.match([...s.base.values()], [{ address: A, from: A5 }], 'the superseded generation can still be undone');
  t.same(s.running, identity(4));
});

t.test('a good renewal is not brought back by a later rollback; one under way answers for itself', async (t) => {
  const s = state(...good4, open('2', 'renewal'), intent('2', change('2-1', A, A5, A6)), done('2', '2-1'));
  t.equal(s.base.size, 1);
  s.reduce(generation('3', 5));
  s.reduce(intent('3', change('3-1', B, null, X)));
  t.same(
    s.undoRows('3').map((row) => row.address),
    [B],
  );
  s.reduce(verdict('2', 'good'));
  s.reduce(close('2'));
  t.same([...s.base.keys()], [B]);
  s.reduce(open('4', 'override'));
  s.reduce(intent('4', change('4-1', A, A6, X)));
  s.reduce(verdict('3', 'good'));
  t.same([...s.base.keys()], [A], 'the base of the override under way stays');
});

t.test('repairs and what runs after the verdict have no base', async (t) => {
  const s = state(
    ...good4,
    open('2', 'repair'),
    intent('2', change('2-1', A, X, A5, { why: 'drift' })),
    done('2', '2-1'),
    close('2'),
  );
  t.equal(s.base.size, 0);
  for (const record of [
    generation('3', 5),
    intent('3', change('3-1', B, X, A5, { undo: 'none' })),
    verdict('3', 'good'),
  ])
    s.reduce(record);
  t.equal(s.base.size, 0);
  s.reduce({ t: 'cleanup', tx: '3', id: '3-1' });
  t.match(s.ledger.get(B), { last: A5 });
  t.ok(s.open.get('3')?.cleaned.has('3-1'));
});

t.test('a thing given away in a generation that fails is ours again after the rollback', async (t) => {
  const s = state(...good4, generation('2', 5), { t: 'disown', address: A, reason: REASON, tx: '2', from: A5 });
  t.equal(s.ledger.has(A), false);
  s.reduce(verdict('2', 'bad'));
  s.reduce(open('3', 'rollback', { undoes: '2' }));
  t.same(
    s.undoRows('2').map(({ address, from }) => [address, from]),
    [[A, A5]],
  );
  s.reduce({ t: 'undone', tx: '3', addresses: [A] });
  t.match(s.ledger.get(A), { original: null, last: A5 });
});

t.test('overrides: released, or gone with the boot', async (t) => {
  const override = (id: string, bootId?: string): JournalRecord => ({
    t: 'override',
    override: {
      id,
      address: A,
      kind: 'hold',
      by: 'ana',
      reason: 'r',
      since: 1,
      expires: 9,
      ...(bootId !== undefined && { bootId }),
    },
  });
  const s = state(override('1'), override('2', 'boot-1'), override('3'));
  s.reduce({ t: 'release', id: '1', by: 'ana', at: 2 });
  s.reduce(header());
  t.same([...s.overrides.keys()], ['2', '3']);
  s.reduce(header({ bootId: 'boot-2' }));
  t.same([...s.overrides.keys()], ['3']);
});

t.test('leaving ends everything but the guard against replay', async (t) => {
  const s = state(
    ...good4,
    open('2', 'leave'),
    { t: 'disown', address: A, reason: REASON, tx: '2' },
    verdict('2', 'good'),
    close('2'),
  );
  t.equal(s.left, true);
  t.equal(s.ledger.size + s.base.size, 0);
  t.equal(s.wanted, null);
  t.equal(s.accepted.get('lb')?.generation, 4);
  s.reduce(accept(5));
  t.equal(s.left, false);
});

t.test('attempts count starts without progress', async (t) => {
  const s = state(generation('1', 4), intent('1', change('1-1', A, null, X)));
  const attempt: JournalRecord = { t: 'attempt', tx: '1', bootId: 'boot-1', at: 1 };
  s.reduce(attempt);
  s.reduce(attempt);
  t.equal(s.open.get('1')?.attempts, 2);
  s.reduce(done('1', '1-1'));
  t.equal(s.open.get('1')?.attempts, 0);
});

t.test('a newer agent that goes on with a transaction is its writer from then on', async (t) => {
  const s = state(generation('1', 4), header({ agent: '2.0.0', kinds: { files: 2 } }));
  t.equal(s.open.get('1')?.writer.agent, '1.0.0');
  s.reduce(intent('1', change('1-1', A, null, X)));
  t.same(s.open.get('1')?.writer, { agent: '2.0.0', kinds: { files: 2 } });
  s.reduce(header());
  s.reduce(intent('1', change('1-2', B, null, X)));
  t.equal(s.open.get('1')?.writer.agent, '2.0.0');
});

t.test('an older accept never lowers the guard; safe mode and repair counts come and go', async (t) => {
  const s = state(accept(5), accept(4));
  t.equal(s.accepted.get('lb')?.generation, 5);
  s.reduce({ t: 'safe-mode', on: true, at: 3, reason: REASON });
  t.same(s.safeMode, { since: 3, reason: REASON });
  s.reduce({ t: 'safe-mode', on: false, at: 4 });
  t.equal(s.safeMode, null);
  s.reduce({ t: 'repair', count: { address: A, times: [1], step: 0, notBefore: 0 } });
  t.equal(s.repairs.size, 1);
  s.reduce({ t: 'repair', count: { address: A, times: [], step: 0, notBefore: 0 } });
  t.equal(s.repairs.size, 0);
});

t.test('what the spec says of a thing that stays is refreshed', async (t) => {
  const s = state(...good4, {
    t: 'refresh',
    rows: [
      { address: A, claims: [], needs: [B], onRemove: 'keep' },
      { address: B, claims: [], needs: [], onRemove: 'keep' },
    ],
  });
  t.match(s.ledger.get(A), { needs: [B], onRemove: 'keep', last: A5 });
  t.equal(s.ledger.has(B), false);
});
