/** The end of management: keep what is there, or give back what was before us; then nothing is ours any more. */
import type { OpenTransaction } from '../apply/records.ts';
import { runChanges } from '../apply/run-changes.ts';
import type { Draft, Owned } from '../resources/kind.ts';
import { kindOf } from '../plan/targets.ts';
import { now, pause, type Reconciliation } from './context.ts';
import { observeOne } from './settle-intents.ts';

const RETRY_MS = 5_000;

export async function beginLeave(r: Reconciliation, how: 'keep' | 'restore', by: string): Promise<void> {
  const { book, bootId, events, clock } = r.execution;
  const tx = r.execution.book.nextTx();
  const drafts = how === 'keep' ? [] : [...book.state.ledger.values()].map((owned) => restoreDraft(owned, owned.last));
  await book.commit({ t: 'open', tx, cause: 'leave', drafts, at: clock.now(), bootId });
  events.emit({
    type: 'Left',
    message:
      how === 'keep' ? 'management ends, everything is kept' : `management ends, ${drafts.length} resources go back`,
    by,
    tx,
  });
}

/** Goes on until everything that still is as we left it went back; what was edited since stays. */
export async function runLeave(r: Reconciliation, tx: OpenTransaction, stop: AbortSignal): Promise<void> {
  const { book } = r.execution;
  for (;;) {
    const drafts: Draft<unknown>[] = [];
    for (const draft of tx.drafts) {
      const owned = book.state.ledger.get(draft.address);
      if (owned === undefined) continue;
      const seen = await observeOne(r, draft, stop);
      const kind = kindOf(r.execution.kinds, draft.address);
      if ('unknown' in seen || kind === undefined) continue;
      if (kind.same(seen.state, owned.last)) drafts.push(restoreDraft(owned, seen.state));
    }
    if (drafts.length === 0) break;
    const outcome = await runChanges(r.execution, tx.tx, drafts, {
      stop,
      onFailure: 'continue',
      settleMs: 60_000,
      targets: new Map(),
    });
    if (outcome.stopped) return;
    if (outcome.applied.length === 0 && outcome.failures.length > 0 && !(await pause(r, RETRY_MS, stop))) return;
    if (outcome.applied.length === 0 && outcome.failures.length === 0 && outcome.waits.length === 0) break;
  }
  const at = now(r);
  await book.commit({ t: 'verdict', tx: tx.tx, outcome: 'good', at }, { t: 'close', tx: tx.tx, left: [], at });
  for (const row of r.board.rows()) r.board.delete(row.address);
  await r.tidy();
  r.execution.progressed();
}

function restoreDraft(owned: Owned<unknown>, from: unknown): Draft<unknown> {
  return {
    address: owned.address,
    kind: owned.kind,
    covers: [owned.address],
    from,
    to: owned.original,
    why: 'prune',
    adopts: false,
    claims: owned.claims,
    needs: owned.needs,
    effects: owned.effects ?? [],
    undo: 'exact',
    onRemove: 'restore',
    summary: owned.original === null ? 'delete (made by Keelson)' : 'restore original',
  };
}
