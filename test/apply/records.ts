/** Records to write journals with in tests. */
import type { Accepted, JournalRecord, TxCause } from '../../agent/apply/records.ts';
import type { Address, Change } from '../../agent/resources/kind.ts';
import type { Header } from '../../agent/apply/state-view.ts';

export type Rec<T extends JournalRecord['t']> = Extract<JournalRecord, { t: T }>;

export const HEADER: Header = { format: 1, agent: '1.0.0', kinds: { files: 1 }, bootId: 'boot-1', at: 1 };

export function identity(generation: number, series = 'lb'): Accepted {
  return {
    series,
    generation,
    digest: `sha256:${series}-${generation}`,
    facts: {},
    at: generation,
    signers: ['ana'],
    source: 'test',
  };
}

export function header(patch: Partial<Header> = {}): Rec<'header'> {
  return { t: 'header', ...HEADER, ...patch };
}

export function accept(generation: number): Rec<'accept'> {
  return { t: 'accept', ...identity(generation) };
}

export function open(tx: string, cause: TxCause, more: Partial<Rec<'open'>> = {}): Rec<'open'> {
  return { t: 'open', tx, cause, drafts: [], at: 1, bootId: 'boot-1', ...more };
}

/** Opens a generation's transaction. */
export function generation(tx: string, number: number): Rec<'open'> {
  return open(tx, 'generation', { identity: identity(number) });
}

export function change(
  id: string,
  address: Address,
  from: unknown,
  to: unknown,
  more: Partial<Change<unknown>> = {},
): Change<unknown> {
  return {
    id,
    address,
    kind: 'files',
    covers: [address],
    from,
    to,
    why: 'generation',
    adopts: false,
    claims: [`path:${address.slice(address.indexOf(':') + 1)}`],
    needs: [],
    effects: [],
    undo: 'exact',
    onRemove: 'default',
    summary: '',
    ...more,
  };
}

export function intent(tx: string, ...changes: readonly Change<unknown>[]): Rec<'intent'> {
  return { t: 'intent', tx, wave: 0, changes };
}

export function done(tx: string, ...ids: readonly string[]): Rec<'done'> {
  return { t: 'done', tx, ids };
}

export function verdict(tx: string, outcome: Rec<'verdict'>['outcome']): Rec<'verdict'> {
  return { t: 'verdict', tx, outcome, at: 1, ...(outcome === 'bad' && { reason: REASON }) };
}

export function close(tx: string): Rec<'close'> {
  return { t: 'close', tx, left: [], at: 1 };
}

export const REASON = { code: 'KSN-TEST-001', fault: 'bug', message: 'in a test' } as const;
