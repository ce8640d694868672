/**
 * Whether something read back has the outer shape of a record. Checksums hold off the disk; this holds off
 * ourselves: a record of a wrong shape must end in a verdict on the journal, not in a crash at every start.
 */
import type { JournalRecord } from './records.ts';

type Shape = 'text' | 'number' | 'flag' | 'object' | 'object or null' | 'texts' | 'objects' | 'addressed';
type Fields = Readonly<Record<string, Shape>>;

const shapes: { readonly [T in JournalRecord['t']]: Fields } = {
  header: { format: 'number', agent: 'text', kinds: 'object', bootId: 'text' },
  checkpoint: { checkpoint: 'object' },
  accept: { series: 'text', generation: 'number', digest: 'text' },
  open: { tx: 'text', cause: 'text', drafts: 'addressed', bootId: 'text' },
  intent: { tx: 'text', changes: 'addressed' },
  done: { tx: 'text', ids: 'texts' },
  undone: { tx: 'text', addresses: 'texts' },
  effect: { tx: 'text', key: 'text', outcome: 'text', bootId: 'text' },
  verdict: { tx: 'text', outcome: 'text' },
  cleanup: { tx: 'text', id: 'text' },
  close: { tx: 'text' },
  attempt: { tx: 'text' },
  override: { override: 'object' },
  release: { id: 'text' },
  block: { digest: 'text', series: 'text', generation: 'number' },
  unblock: { digest: 'text' },
  repair: { count: 'object' },
  disown: { address: 'text' },
  refresh: { rows: 'addressed' },
  'safe-mode': { on: 'flag' },
  'rollback-incomplete': { reason: 'object or null' },
  want: { identity: 'object' },
};

const checkpoint: Fields = {
  ledger: 'addressed',
  base: 'addressed',
  blocked: 'objects',
  overrides: 'objects',
  repairs: 'addressed',
  accepted: 'object',
  nextTx: 'number',
};

/** The record, or why it is none. */
export function asRecord(value: unknown): JournalRecord | string {
  if (!isObject(value) || typeof value['t'] !== 'string') return 'a record has no type';
  const type = value['t'];
  if (!Object.hasOwn(shapes, type)) return `no record has the type ${JSON.stringify(type.slice(0, 20))}`;
  const wrong = wrongField(value, shapes[type as JournalRecord['t']]) ?? nested(type, value);
  return wrong === undefined ? (value as JournalRecord) : `a record of type ${type} has no good ${wrong}`;
}

function nested(type: string, value: Readonly<Record<string, unknown>>): string | undefined {
  if (type === 'checkpoint') return wrongField(value['checkpoint'] as Record<string, unknown>, checkpoint);
  if (type === 'override') return wrongField(value['override'] as Record<string, unknown>, { id: 'text' });
  if (type === 'repair')
    return wrongField(value['count'] as Record<string, unknown>, { address: 'text', times: 'objects' });
  return undefined;
}

function wrongField(value: Readonly<Record<string, unknown>>, fields: Fields): string | undefined {
  return Object.entries(fields).find(([name, shape]) => !fits(value[name], shape))?.[0];
}

function fits(value: unknown, shape: Shape): boolean {
  switch (shape) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'object':
      return isObject(value);
    case 'object or null':
      return value === null || isObject(value);
    case 'texts':
      return Array.isArray(value) && value.every((one) => typeof one === 'string');
    case 'objects':
      return Array.isArray(value) && value.every((one) => one !== null);
    case 'addressed':
      return Array.isArray(value) && value.every((one) => isObject(one) && typeof one['address'] === 'string');
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
