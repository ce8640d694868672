import type { Clock } from '../base/clock.ts';
import type { Book } from '../apply/book.ts';
import type { EventSink } from '../apply/event-sink.ts';
import type { JournalRecord } from '../apply/records.ts';
import { engineError } from './errors.ts';

/** Three abnormal exits in ten minutes: observe, block what was being applied, and name the last step. */
export async function enterSafeMode(book: Book, clock: Clock, events: EventSink): Promise<void> {
  const open = [...book.state.open.values()];
  const generation = open.find((tx) => tx.cause === 'generation' && tx.verdict === null);
  // Whatever was under way: a repair or a rollback may be what it dies of.
  const last = open
    .findLast((tx) => tx.intents.length > 0)
    ?.intents.at(-1)
    ?.changes.at(-1);
  const step = last === undefined ? '' : `; the last journal step was ${last.address}: ${last.summary}`;
  const reason = engineError(
    'KSN-ENGINE-012',
    `the agent ended abnormally three times in ten minutes${step}`,
  ).toReason();
  const at = clock.now();
  const records: JournalRecord[] = [{ t: 'safe-mode', on: true, at, reason }];
  if (generation?.identity !== undefined) {
    const { series, generation: number, digest } = generation.identity;
    records.push(
      { t: 'verdict', tx: generation.tx, outcome: 'bad', reason, at },
      { t: 'block', series, generation: number, digest, reason, at },
    );
  }
  // In one: a crash between would leave safe mode without the block, and its end would begin the generation again.
  await book.commit(...records);
  events.emit({ type: 'SafeModeEntered', message: reason.message, reason });
}
