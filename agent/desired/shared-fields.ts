/** The fields that every resource shares: their types, and the way to them from what the schema let pass. */
import type { CommandSpec, SharedFields, Drift, OnRemove } from './shared-types.ts';
import { errorOf, Findings } from './findings.ts';
import { gatesOf } from './gates.ts';
import { legibleFields } from './legible-fields.ts';
import { DEFAULT_COMMAND_TIMEOUT_MS, onChangeOf } from './on-change.ts';
import { childPointer } from './pointer.ts';
import { parseDuration } from '../base/units.ts';

export type * from './shared-types.ts';
export { parseMode } from '../base/units.ts';

export const NO_SHARED_FIELDS: SharedFields = {
  dependsOn: [],
  gates: [],
  onChange: [],
  onRemove: 'default',
  drift: 'repair',
};

interface RawShared {
  readonly dependsOn?: readonly `${string}:${string}`[];
  readonly gates?: readonly unknown[];
  readonly check?: { readonly exec: readonly string[]; readonly timeout?: string; readonly pod?: string };
  readonly onChange?: Readonly<Record<string, unknown>>;
  readonly onRemove?: OnRemove;
  readonly drift?: Drift;
  readonly waitLimit?: string;
  readonly note?: string;
  readonly guard?: { readonly reach: readonly string[]; readonly within: string };
}

/** The shared fields of one resource that is valid against its schema; throws what {@link readSharedFields} finds. */
export function sharedOf(raw: unknown): SharedFields {
  const findings = new Findings();
  const shared = readSharedFields(raw, '', findings);
  const [first] = findings.all;
  if (first !== undefined) throw errorOf(first);
  return shared;
}

/** The shared fields of one schema-valid resource, with everything that the schema cannot say as findings. */
export function readSharedFields(resource: unknown, pointer: string, findings: Findings): SharedFields {
  const raw = resource as RawShared;
  const at = (key: string): string => childPointer(pointer, key);
  if (raw.check?.pod !== undefined)
    findings.add(
      'KSN-SPEC-029',
      'a check inside a pod needs a container runtime, which this release does not talk to',
      childPointer(at('check'), 'pod'),
    );
  const waitLimitMs = raw.waitLimit === undefined ? null : parseDuration(raw.waitLimit);
  return {
    dependsOn: raw.dependsOn ?? [],
    gates: gatesOf(raw.gates ?? [], at('gates'), findings),
    ...(raw.check !== undefined && { check: commandOf(raw.check) }),
    onChange: onChangeOf(raw.onChange ?? {}, at('onChange'), findings),
    onRemove: raw.onRemove ?? 'default',
    drift: raw.drift ?? 'repair',
    ...(waitLimitMs !== null && { waitLimitMs }),
    ...(raw.note !== undefined && { note: raw.note }),
    ...(raw.guard !== undefined && {
      guard: { reach: raw.guard.reach, withinMs: parseDuration(raw.guard.within) ?? 0 },
    }),
  };
}

/** Of a resource with faults: what it tells of its changes, commands and gates, which others and policy are held against. */
export function outlineFields(raw: unknown): SharedFields {
  return { ...NO_SHARED_FIELDS, ...legibleFields(raw) };
}

function commandOf(raw: { readonly exec: readonly string[]; readonly timeout?: string }): CommandSpec {
  const timeoutMs = (raw.timeout === undefined ? null : parseDuration(raw.timeout)) ?? DEFAULT_COMMAND_TIMEOUT_MS;
  return { argv: [...raw.exec], timeoutMs };
}
