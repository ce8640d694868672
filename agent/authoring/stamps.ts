/**
 * generations.json: which number each series has, and for which documents. A series' number grows by one when any of
 * its documents changes, comes or goes; nothing changed, same number, same bytes.
 *
 * It is written before the documents that have its numbers. Whatever ends a build in between, a number stands in it for
 * whatever may have left with it, and is not given out again. `digest` is of all documents of the series together, on
 * a line of its own: where two branches have each given out a number, their merge is a conflict, or a digest that fits
 * nothing, and a new number comes.
 */
import { createHash } from 'node:crypto';
import { readJson } from '../desired/json-text.ts';
import { buildError } from './errors.ts';
import { isMap } from './layer.ts';

export const STATE_FILE = 'generations.json';

export interface SeriesStamp {
  readonly generation: number;
  /** Of the names and hashes of all nodes. */
  readonly digest: string;
  /** SHA-256 of each node's document before it was stamped. */
  readonly nodes: Readonly<Record<string, string>>;
}

export type Stamps = Readonly<Record<string, SeriesStamp>>;

/** A document that is to be stamped. */
export interface Unstamped {
  readonly node: string;
  readonly series: string;
  readonly sha256: string;
}

/** The next state: a series without documents keeps its number, for when it comes back. */
export function nextStamps(before: Stamps, documents: readonly Unstamped[]): Stamps {
  const series = new Set([...Object.keys(before), ...documents.map((document) => document.series)]);
  return Object.fromEntries(
    [...series].toSorted().map((name) => {
      const nodes = Object.fromEntries(
        documents
          .filter((document) => document.series === name)
          .toSorted((a, b) => (a.node < b.node ? -1 : 1))
          .map((document) => [document.node, document.sha256]),
      );
      const known = Object.hasOwn(before, name) ? before[name] : undefined;
      const digest = digestOf(nodes);
      if (known === undefined) return [name, { generation: 1, digest, nodes }];
      const goesOn = known.digest === digest || Object.keys(nodes).length === 0;
      return [name, { generation: goesOn ? known.generation : known.generation + 1, digest, nodes }];
    }),
  );
}

/** Numbers that documents beside the state have: a state that was lost, or is one of before, does not give them out again. */
export function atLeast(stamps: Stamps, written: ReadonlyMap<string, number>): Stamps {
  const behind = [...written].filter(([series, generation]) => generation > (stamps[series]?.generation ?? 0));
  return {
    ...stamps,
    ...Object.fromEntries(behind.map(([series, generation]) => [series, { generation, digest: '', nodes: {} }])),
  };
}

/** For people and their diffs: one node a line. */
export function writeStamps(series: Stamps): Uint8Array {
  return Buffer.from(`${JSON.stringify({ format: 1, series }, null, 2)}\n`);
}

/** Null: there is none yet. @throws KSN-BUILD-019: a number that cannot be read might be given out again. */
export function readStamps(bytes: Uint8Array | null): Stamps {
  if (bytes === null) return {};
  // No node reads it: it may grow with the site.
  const { document, faults } = readJson(decode(bytes), { nodes: bytes.length });
  if (faults !== undefined) {
    const [{ message, line, column } = { message: 'it is no JSON', line: 1, column: 1 }] = faults;
    throw damaged(message, { line, column });
  }
  const { value } = document;
  const place = (pointer: string) => ({ file: STATE_FILE, ...document.locate(pointer), pointer });
  if (!isMap(value) || value['format'] !== 1)
    throw damaged('it has no format that this release knows', place('/format'));
  const { series } = value;
  if (!isMap(series)) throw damaged("'series' is no map", place('/series'));
  for (const [name, stamp] of Object.entries(series))
    if (!isStamp(stamp)) throw damaged(`the stamp of ${name} cannot be read`, place(`/series/${name}`));
  return series as Stamps;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw damaged('it is not UTF-8 text');
  }
}

function isStamp(value: unknown): value is SeriesStamp {
  if (!isMap(value)) return false;
  const { generation, digest, nodes } = value;
  return (
    Number.isSafeInteger(generation) &&
    (generation as number) > 0 &&
    typeof digest === 'string' &&
    isMap(nodes) &&
    Object.values(nodes).every((hash) => typeof hash === 'string')
  );
}

function damaged(what: string, place = {}): Error {
  return buildError('KSN-BUILD-019', `${STATE_FILE}: ${what}`, { place: { file: STATE_FILE, ...place } });
}

function digestOf(nodes: Readonly<Record<string, string>>): string {
  return sha256(JSON.stringify(Object.entries(nodes)));
}

/** Hexadecimal. */
export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
