/** The fields that every resource shares: their types, and the way to them from what the schema let pass. */
import type { CommandSpec, CommonFields, Drift, OnChange, OnRemove } from './common-types.ts';
import { errorOf, Findings } from './findings.ts';
import { gatesOf } from './gates.ts';
import { DEFAULT_COMMAND_TIMEOUT_MS, onChangeOf } from './on-change.ts';
import { childPointer } from './pointer.ts';
import { parseDuration } from '../base/units.ts';

export type * from './common-types.ts';
export { parseMode } from '../base/units.ts';

export const NO_COMMON_FIELDS: CommonFields = {
  dependsOn: [],
  gates: [],
  onChange: [],
  onRemove: 'default',
  drift: 'repair',
};

interface RawCommon {
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

/** The shared fields of one resource that is valid against its schema; throws what {@link readCommonFields} finds. */
export function commonOf(raw: unknown): CommonFields {
  const findings = new Findings();
  const common = readCommonFields(raw, '', findings);
  const [first] = findings.all;
  if (first !== undefined) throw errorOf(first);
  return common;
}

/** The shared fields of one schema-valid resource, with everything that the schema cannot say as findings. */
export function readCommonFields(resource: unknown, pointer: string, findings: Findings): CommonFields {
  const raw = resource as RawCommon;
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

/** Of a resource with faults: what it tells of its changes, which others may be held against. */
export function outlineFields(raw: unknown): CommonFields {
  const { onChange } = (typeof raw === 'object' && raw !== null ? raw : {}) as RawCommon;
  const entries: readonly (readonly [string, unknown])[] =
    typeof onChange === 'object' && onChange !== null ? Object.entries(onChange) : [];
  return {
    ...NO_COMMON_FIELDS,
    onChange: entries.flatMap(([target, verb]) =>
      verb === 'restart' ? [{ target: target as OnChange['target'], verb }] : [],
    ),
  };
}

function commandOf(raw: { readonly exec: readonly string[]; readonly timeout?: string }): CommandSpec {
  const timeoutMs = (raw.timeout === undefined ? null : parseDuration(raw.timeout)) ?? DEFAULT_COMMAND_TIMEOUT_MS;
  return { argv: [...raw.exec], timeoutMs };
}
