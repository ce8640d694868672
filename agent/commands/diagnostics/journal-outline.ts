/** What lies in the journal, without what it says: kinds of records and their sizes. Read only, whoever writes to it. */
import { scanFrames, type Scan } from '../../apply/frames.ts';

/** Of each record nothing but these is told. */
interface Told {
  readonly seq: number;
  readonly t: string;
  readonly tx?: string;
  readonly bytes: number;
}

export interface JournalOutline {
  readonly size: number;
  readonly used: number;
  readonly tail: Scan['tail'];
  readonly format: unknown;
  readonly agent: unknown;
  readonly counts: Readonly<Record<string, number>>;
  readonly newest: readonly Told[];
}

const NEWEST = 400;

/** Never throws, whatever the bytes. */
export function journalOutline(bytes: Uint8Array): JournalOutline {
  const { frames, end, tail } = scanFrames(bytes);
  const records = frames.flatMap(({ payload, seq, records: count }) => {
    const batch = batchOf(payload);
    return batch.map((record, at) => ({ record, seq: seq - count + 1 + at }));
  });
  const header = records.find(({ record }) => record['t'] === 'header')?.record;
  const counts: Record<string, number> = {};
  for (const { record } of records) counts[kindOf(record)] = (counts[kindOf(record)] ?? 0) + 1;
  const newest = records.slice(-NEWEST).map(({ record, seq }) => ({
    seq,
    t: kindOf(record),
    ...(typeof record['tx'] === 'string' && { tx: record['tx'].slice(0, 40) }),
    bytes: JSON.stringify(record).length,
  }));
  return { size: bytes.length, used: end, tail, format: header?.['format'], agent: header?.['agent'], counts, newest };
}

function kindOf(record: Readonly<Record<string, unknown>>): string {
  const { t } = record;
  return typeof t === 'string' && /^[a-z-]{1,40}$/u.test(t) ? t : 'unknown';
}

function batchOf(payload: Uint8Array): readonly Readonly<Record<string, unknown>>[] {
  try {
    const batch: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return Array.isArray(batch) ? batch.filter((one) => typeof one === 'object' && one !== null) : [];
  } catch {
    return [];
  }
}
