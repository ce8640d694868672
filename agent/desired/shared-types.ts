/** The fields that every resource shares, as the engine uses them (parsed; the spec has strings with units). */

export type Drift = 'repair' | 'report' | 'ignore';
export type OnRemove = 'delete' | 'restore' | 'keep';

/** A program that a spec may have run: by `check`, an exec gate or `onChange`. */
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
  /** Known names whose port may be missing here: unitActive, pod, timeSync, … */
  | { readonly type: 'port'; readonly port: string; readonly arguments: unknown; readonly forMs?: number }
);

/** What onChange says, before targets are resolved: the key is the target. */
export interface OnChange {
  readonly target: `${string}:${string}`;
  readonly verb: 'reload' | 'restart' | 'signal' | 'command';
  readonly signal?: string;
  readonly command?: CommandSpec;
}

/** With their defaults filled in. */
export interface SharedFields {
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
