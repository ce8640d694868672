/** An event in words, wherever people read it. */
import { oneLine } from '../base/one-line.ts';
import type { EventRecord, EventType } from './events.ts';

const didMarks = { create: '+', update: '~', delete: '-' } as const;

const marks: Partial<Readonly<Record<EventType, string>>> = {
  ResourceChanged: '~',
  DriftRepaired: '↺',
  EffectRun: '→',
  ResourceWaiting: '…',
  VerdictGood: '✓',
  EffectFailed: '✗',
  EffectLeft: '✗',
  LaneFailed: '✗',
  RolledBack: '✗',
  RollbackStarted: '✗',
  Blocked: '✗',
  SpecRefused: '✗',
  Contended: '✗',
};

const bad: ReadonlySet<EventType> = new Set([
  'SpecRefused',
  'EffectFailed',
  'EffectLeft',
  'LaneFailed',
  'RolledBack',
  'RollbackStarted',
  'RollbackIncomplete',
  'Blocked',
  'SafeModeEntered',
  'Contended',
  'GuardFired',
  'JournalReadOnly',
  'Gap',
]);
const good: ReadonlySet<EventType> = new Set([
  'DriftRepaired',
  'VerdictGood',
  'Recovered',
  'Unblocked',
  'SafeModeLeft',
]);

/** Null: neither good nor bad. */
export function eventTone(type: EventType): 'good' | 'bad' | null {
  if (bad.has(type)) return 'bad';
  return good.has(type) ? 'good' : null;
}

/** As a plan marks what it did. */
export function eventMark({ type, did }: EventRecord): string {
  if (type === 'ResourceChanged' && did !== undefined) return didMarks[did];
  return marks[type] ?? '·';
}

/** "file:/etc/x  repaired: content [KSN-…] (by ana: trying)": the sentence, and what it does not say itself, on one line. */
export function eventWords(event: EventRecord): string {
  const by =
    event.by === undefined ? '' : ` (by ${event.by}${event.reasonGiven === undefined ? '' : `: ${event.reasonGiven}`})`;
  const code = event.reason === undefined ? '' : ` [${event.reason.code}]`;
  const address = event.address === undefined || event.message.includes(event.address) ? '' : `${event.address}  `;
  return oneLine(`${address}${event.message}${code}${by}`);
}
