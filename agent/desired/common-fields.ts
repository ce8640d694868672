/** The fields that every resource shares, as the engine uses them (parsed; the spec has strings with units). */
import { errorOf, Findings } from './findings.ts';
import { gatesOf } from './gates.ts';
import { DEFAULT_COMMAND_TIMEOUT_MS, onChangeOf } from './on-change.ts';
import { childPointer } from './pointer.ts';
import { parseDuration } from '../base/units.ts';

export { commonProperties } from './common-schema.ts';
export { formatDuration, parseDuration, parseMode, parseSize } from '../base/units.ts';

export type Drift = 'repair' | 'report' | 'ignore';
export type OnRemove = 'delete' | 'restore' | 'keep';

export interface CommandSpec {
  /** No shell. */
  readonly argv: readonly string[];
  /** Milliseconds; default 10 s. */
  readonly timeoutMs: number;
}

/** How a gate names what must hold. `boot: true` gates also hold back boot-complete. */
export type GateSpec = { readonly boot: boolean; readonly timeoutMs: number } & (
  | { readonly type: 'file'; readonly path: string; readonly contains?: string; readonly absent?: boolean }
  | { readonly type: 'exec'; readonly command: CommandSpec }
  | { readonly type: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly type: 'http';
      readonly url: string;
      readonly status?: readonly number[];
      readonly contains?: string;
      readonly insecure?: boolean;
    }
  /** Known names whose port a later issue fills: unit, pod, timeSync, … */
  | { readonly type: 'port'; readonly port: string; readonly arguments: unknown; readonly forMs?: number }
);

/** What onChange says, before targets are resolved: the key is the target. */
export interface OnChange {
  readonly target: `${string}:${string}`;
  readonly verb: 'reload' | 'restart' | 'signal' | 'command';
  readonly signal?: string;
  readonly command?: CommandSpec;
}

export interface CommonFields {
  readonly dependsOn: readonly `${string}:${string}`[];
  readonly gates: readonly GateSpec[];
  readonly check?: CommandSpec;
  readonly onChange: readonly OnChange[];
  readonly onRemove: OnRemove | 'default';
  readonly drift: Drift;
  /** Milliseconds after which waiting counts as failing; absent = for ever. */
  readonly waitLimitMs?: number;
  readonly note?: string;
  /** An undo that works without the agent, when `reach` is not answered within. */
  readonly guard?: { readonly reach: readonly string[]; readonly withinMs: number };
}

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

function commandOf(raw: { readonly exec: readonly string[]; readonly timeout?: string }): CommandSpec {
  const timeoutMs = (raw.timeout === undefined ? null : parseDuration(raw.timeout)) ?? DEFAULT_COMMAND_TIMEOUT_MS;
  return { argv: [...raw.exec], timeoutMs };
}
