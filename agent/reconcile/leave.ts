/** The end of management: keep what is there, or give back what was before us; then nothing is ours any more. */
import type { OpenTransaction } from '../apply/records.ts';
import { runChanges } from '../apply/run-changes.ts';
import { survey, type Survey } from '../plan/survey.ts';
import type { Address, Owned } from '../resources/kind.ts';
import { now, pause, type Reconciliation } from './context.ts';

const RETRY_MS = 5_000;
/** What fails this often stays as it is, and is named in the close. */
const TRIES = 5;

/** Durable when it resolves; the generation lane does the rest. To restore, the host is looked at first. */
export async function beginLeave(r: Reconciliation, how: 'keep' | 'restore', by: string): Promise<void> {
  const { book, bootId, events } = r.execution;
  const tx = book.nextTx();
  const seen = how === 'keep' ? null : await lookBack(r, new AbortController().signal);
  await book.commit({ t: 'open', tx, cause: 'leave', drafts: seen?.drafts ?? [], at: now(r), bootId });
  const what = seen === null ? 'everything is kept' : `${seen.drafts.length} resources go back to what they were`;
  events.emit({ type: 'Left', message: `management ends, ${what}`, by, tx });
}

/** Goes on until everything that still is as we left it went back; what was edited since stays. */
export async function runLeave(r: Reconciliation, tx: OpenTransaction, stop: AbortSignal): Promise<void> {
  const { book, events } = r.execution;
  for (let tries = 0; tx.drafts.length > 0; tries += 1) {
    const seen = await lookBack(r, stop);
    if (seen.drafts.length === 0 || tries >= TRIES) {
      for (const { address } of seen.drafts)
        events.emit({ type: 'ResourceLeft', address, tx: tx.tx, message: `${address} could not go back and stays` });
      for (const note of seen.notes)
        events.emit({
          type: 'ResourceLeft',
          address: note.address,
          tx: tx.tx,
          message: note.reason.message,
          reason: note.reason,
        });
      break;
    }
    const outcome = await runChanges(r.execution, tx.tx, seen.drafts, {
      stop,
      onFailure: 'continue',
      settleMs: 60_000,
      targets: seen.targets,
    });
    if (outcome.stopped) return;
    if (outcome.failures.length > 0 && !(await pause(r, RETRY_MS, stop))) return;
  }
  const at = now(r);
  await book.commit({ t: 'verdict', tx: tx.tx, outcome: 'good', at }, { t: 'close', tx: tx.tx, left: [], at });
  for (const row of r.board.rows()) r.board.delete(row.address);
  await r.tidy();
  r.execution.progressed();
}

/** Every row as if it left the spec with `onRemove: restore`: the kinds say what can go back and what stays. */
function lookBack(r: Reconciliation, signal: AbortSignal): Promise<Survey> {
  const { book, hosts, kinds } = r.execution;
  const ledger = new Map(
    [...book.state.ledger.values()].map((owned): [Address, Owned<unknown>] => [
      owned.address,
      { ...owned, onRemove: 'restore' },
    ]),
  );
  return survey(
    { kinds, items: [], ledger, only: new Set(ledger.keys()), host: hosts.read, now: now(r), adoption: 'allow' },
    signal,
  );
}
