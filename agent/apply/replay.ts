/**
 * From the bytes of a journal to the state it tells, with a verdict where it must not be written to any more.
 * The fold itself is `state.ts`, shared with the live engine. Never throws, whatever the bytes.
 */
import type { KeelsonError } from '../base/errors.ts';
import { formatSize } from '../base/units.ts';
import { applyError } from './errors.ts';
import type { Frame, Scan } from './frames.ts';
import { asRecord } from './record-shape.ts';
import { JOURNAL_FORMAT, type JournalRecord, type OpenTransaction } from './records.ts';
import { EngineState } from './state.ts';

/** What this agent can read: its kinds with their state versions, and its node key. */
export interface Reader {
  readonly agent: string;
  readonly kinds: Readonly<Record<string, number>>;
  readonly key?: string;
}

type Header = Extract<JournalRecord, { t: 'header' }>;

/** The state that the frames tell, up to the first that this agent cannot or must not understand. */
export interface Reading {
  readonly state: EngineState;
  /** With the size of its frame: what each record cost. */
  readonly records: readonly { readonly record: JournalRecord; readonly bytes: number }[];
  /** Why nothing may be written; null: all is well. */
  readonly refused: KeelsonError | null;
}

/** Folds the frames in order; stops at the first that this agent cannot or must not understand. */
export function replay(scan: Scan, reader: Reader): Reading {
  const state = new EngineState();
  const records: { record: JournalRecord; bytes: number }[] = [];
  let refused: KeelsonError | null = null;
  for (const frame of scan.frames) {
    refused = replayFrame(frame, state, records);
    if (refused !== null) break;
  }
  refused ??= damage(scan) ?? foreignKey(state, reader) ?? newerTransaction(state, reader);
  return { state, records, refused };
}

function replayFrame(
  frame: Frame,
  state: EngineState,
  records: { record: JournalRecord; bytes: number }[],
): KeelsonError | null {
  let batch: unknown;
  try {
    batch = JSON.parse(Buffer.from(frame.payload).toString('utf8'));
  } catch {
    return nonsense(frame, 'it is not JSON');
  }
  if (!Array.isArray(batch) || batch.length !== frame.records)
    return nonsense(frame, 'it is not the batch it says it is');
  for (const one of batch as readonly unknown[]) {
    const record = newerHeader(one) ?? asRecord(one);
    if (typeof record === 'string') return nonsense(frame, record);
    if (records.length === 0 && record.t !== 'header') return nonsense(frame, 'it does not begin with a header');
    const format = record.t === 'header' ? formatRefused(record) : null;
    if (format !== null) return format;
    state.reduce(record);
    records.push({ record, bytes: frame.size / batch.length });
  }
  return null;
}

/** Of a later format only `t`, `format` and `agent` are promised. */
function newerHeader(value: unknown): Header | null {
  const header = value as Header | null;
  return header?.t === 'header' && typeof header.format === 'number' && header.format > JOURNAL_FORMAT ? header : null;
}

function formatRefused({ format, agent }: Header): KeelsonError | null {
  if (format > JOURNAL_FORMAT) {
    return applyError(
      'KSN-APPLY-002',
      `The journal has format ${format}, written by agent ${agent}; this agent reads up to ${JOURNAL_FORMAT}: it needs agent ≥ ${agent}.`,
    );
  }
  if (format >= JOURNAL_FORMAT - 1) return null;
  return applyError(
    'KSN-APPLY-006',
    `The journal has format ${format}, written by agent ${agent}; this agent reads ${JOURNAL_FORMAT - 1} and ${JOURNAL_FORMAT}.`,
  );
}

function damage(scan: Scan): KeelsonError | null {
  if (scan.tail.is === 'corrupt') {
    return applyError(
      'KSN-APPLY-001',
      `The journal is damaged at byte ${scan.tail.at}: whole frames follow at byte ${scan.tail.next}.`,
    );
  }
  if (scan.tail.is === 'overlong') {
    const size = formatSize(scan.tail.bytes);
    return applyError('KSN-APPLY-009', `The journal is ${size} long: Keelson never made it so, and did not read it.`);
  }
  if (scan.frames.length > 0) return null;
  return applyError('KSN-APPLY-001', 'The journal has no header: it was published whole, so the disk lost it.');
}

function foreignKey(state: EngineState, { key }: Reader): KeelsonError | null {
  const made = state.header?.key;
  if (made === undefined || key === undefined || made === key) return null;
  return applyError(
    'KSN-APPLY-022',
    'The fingerprints in the journal were made with another node key than the one in the state folder.',
  );
}

function newerTransaction(state: EngineState, { kinds }: Reader): KeelsonError | null {
  for (const tx of state.open.values()) {
    for (const kind of kindsOf(tx)) {
      const [theirs, ours] = [tx.writer.kinds[kind], kinds[kind]];
      if (theirs === undefined || (ours !== undefined && theirs <= ours)) continue;
      return applyError(
        'KSN-APPLY-003',
        `Transaction ${tx.tx} is open and has ${kind} of version ${theirs}, this agent ${ours === undefined ? 'has no such kind' : `knows up to ${ours}`}: it needs agent ≥ ${tx.writer.agent}.`,
        { element: kind },
      );
    }
  }
  return null;
}

function kindsOf(tx: OpenTransaction): ReadonlySet<string> {
  return new Set([...tx.drafts, ...tx.intents.flatMap((intent) => intent.changes)].map((draft) => draft.kind));
}

function nonsense(frame: Frame, what: string): KeelsonError {
  return applyError('KSN-APPLY-007', `The journal makes no sense in the frame at byte ${frame.offset}: ${what}.`);
}
