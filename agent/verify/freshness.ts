/**
 * What a spec says of itself that decides whether it is for this node now. Read before the schema is
 * asked: a spec for a newer agent or another node need not make sense here.
 */
import type { Reason } from '../base/errors.ts';
import type { Instant } from '../base/clock.ts';
import { selectorMisses } from '../desired/selector.ts';
import { inRange, parseRange } from '../desired/semver-range.ts';
import { quoted } from '../base/words.ts';
import { verifyError } from './errors.ts';

/** Read from a payload that may be of any shape; `notAfter` is wall time, `agent` a range of versions. */
export interface ReadIdentity {
  readonly series: string;
  /** Absent where it is no such number; the schema then says so. */
  readonly generation?: number;
  readonly notAfter?: number;
  readonly selector: Readonly<Record<string, string>>;
  readonly agent?: string;
}

type Raw = Readonly<Record<string, unknown>>;

/** As far as it can be read; null without a series. Whatever is no such thing is left to the schema. */
export function readIdentity(value: unknown): ReadIdentity | null {
  const document = mapOf(value);
  const { series, generation, selector } = mapOf(document['metadata']);
  if (typeof series !== 'string') return null;
  const { notAfter } = document;
  const { agent } = mapOf(document['requires']);
  const until = typeof notAfter === 'string' ? Date.parse(notAfter) : Number.NaN;
  const labels = Object.entries(mapOf(selector)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    series,
    ...(typeof generation === 'number' && Number.isSafeInteger(generation) && generation > 0 && { generation }),
    ...(!Number.isNaN(until) && { notAfter: until }),
    selector: Object.fromEntries(labels),
    ...(typeof agent === 'string' && { agent }),
  };
}

/** KSN-VERIFY-011 (too late), -013 (for other nodes), -014 (for other agents); empty: it is for this node now. */
export function freshnessReasons(
  { notAfter, selector, agent }: ReadIdentity,
  node: { readonly now: Instant; readonly labels: Readonly<Record<string, string>>; readonly agentVersion: string },
): readonly Reason[] {
  const reasons: Reason[] = [];
  if (notAfter !== undefined && node.now > notAfter) {
    reasons.push(
      verifyError('KSN-VERIFY-011', `nobody was to accept it after ${new Date(notAfter).toISOString()}`).toReason(),
    );
  }
  const misses = selectorMisses(selector, node.labels);
  if (misses.length > 0) {
    const words = misses
      .map(({ label, wanted, found }) => `${label}=${wanted} (here ${found === null ? 'none' : quoted(found)})`)
      .join(', ');
    reasons.push(verifyError('KSN-VERIFY-013', `it is for nodes with ${words}`).toReason());
  }
  const range = agent === undefined ? null : parseRange(agent);
  if (range !== null && !inRange(node.agentVersion, range)) {
    reasons.push(verifyError('KSN-VERIFY-014', `it needs an agent ${agent}; this is ${node.agentVersion}`).toReason());
  }
  return reasons;
}

function mapOf(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}
