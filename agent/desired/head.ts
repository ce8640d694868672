/** The head of a schema-valid document → NodeSpec, with what the schema cannot say as findings. */
import type { Facts } from './facts.ts';
import { errorOf, Findings } from './findings.ts';
import { gatesOf } from './gates.ts';
import type { NodeSpec } from './node-spec.ts';
import { parseRange } from './semver-range.ts';
import { substituteValue } from './substitute.ts';
import { parseDuration } from '../base/units.ts';

interface RawDocument {
  readonly metadata: {
    readonly series: string;
    readonly generation: number;
    readonly selector?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly requires?: { readonly agent?: string };
  readonly notAfter?: string;
  readonly floor?: number;
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly health?: { readonly stableFor?: string; readonly deadline?: string };
    readonly gates?: readonly unknown[];
  };
}

export const DEFAULT_STABLE_FOR_MS = 10_000;
export const DEFAULT_DEADLINE_MS = 600_000;

/** The same of a document that was checked before; throws what {@link readHead} finds. */
export function headOf(value: unknown, facts: Facts): NodeSpec {
  const findings = new Findings();
  const spec = readHead(value, facts, findings);
  const [first] = findings.all;
  if (first !== undefined) throw errorOf(first);
  return spec;
}

/** The value must be valid against the schema; what it says beyond that is judged here, and told in `findings`. */
export function readHead(value: unknown, facts: Facts, findings: Findings): NodeSpec {
  const { metadata, requires, notAfter, floor, spec } = value as RawDocument;
  const { health, gates, ...sections } = spec;
  const until = notAfter === undefined ? undefined : Date.parse(notAfter);
  if (Number.isNaN(until)) findings.add('KSN-SPEC-013', 'there is no such time', '/notAfter');
  if (requires?.agent !== undefined && parseRange(requires.agent) === null) {
    findings.add('KSN-SPEC-030', 'this is not a range of versions', '/requires/agent');
  }
  if (floor !== undefined && floor > metadata.generation) {
    findings.add('KSN-SPEC-013', `the floor ${floor} is above the generation ${metadata.generation} itself`, '/floor');
  }
  return {
    series: metadata.series,
    generation: metadata.generation,
    selector: metadata.selector ?? {},
    ...(metadata.labels !== undefined && { labels: metadata.labels }),
    ...(until !== undefined && { notAfter: until }),
    ...(floor !== undefined && { floor }),
    ...(requires?.agent !== undefined && { requiresAgent: requires.agent }),
    health: readHealth(health ?? {}, findings),
    gates: gatesOf(
      substituteValue(gates ?? [], facts, '/spec/gates', findings) as readonly unknown[],
      '/spec/gates',
      findings,
    ),
    sections: sections as NodeSpec['sections'],
  };
}

function readHealth(
  raw: { readonly stableFor?: string; readonly deadline?: string },
  findings: Findings,
): NodeSpec['health'] {
  const stableForMs = (raw.stableFor === undefined ? null : parseDuration(raw.stableFor)) ?? DEFAULT_STABLE_FOR_MS;
  const deadlineMs = (raw.deadline === undefined ? null : parseDuration(raw.deadline)) ?? DEFAULT_DEADLINE_MS;
  if (deadlineMs <= stableForMs) {
    findings.add(
      'KSN-SPEC-013',
      'the deadline must be longer than stableFor, or no generation ever counts as good',
      '/spec/health',
    );
  }
  return { stableForMs, deadlineMs };
}
