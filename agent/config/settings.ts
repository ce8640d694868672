/** The third form, the only one that circulates: what this node was told, complete, typed and frozen. */
import type { SETTINGS_SHAPE } from './settings-shape.ts';
import type { ValuesOf } from './shape.ts';

type Values = ValuesOf<typeof SETTINGS_SHAPE>;

export type Mode = 'observe' | 'enforce';

export interface Settings {
  readonly node: {
    /** Null: the host name. */
    readonly name: string | null;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly paths: { readonly state: string; readonly runtime: string; readonly manifests: string };
  readonly mode: { readonly node: Mode; readonly kinds: Readonly<Record<string, Mode>> };
  readonly sources: { readonly folder: string; readonly pollMs: number };
  readonly trust: {
    readonly threshold: number;
    readonly seriesThreshold: Readonly<Record<string, number>>;
    readonly allowUnsigned: readonly string[];
  };
  readonly policy: {
    readonly kinds: 'any' | readonly string[];
    readonly paths: { readonly allow: readonly string[]; readonly deny: readonly string[] };
    readonly limits: { readonly resources: number; readonly bytes: number };
    readonly commands: 'any' | readonly string[];
    readonly adoption: 'allow' | 'deny';
  };
  readonly foreignManifests: 'report' | 'quarantine' | 'ignore';
  readonly drift: { readonly settleMs: number; readonly settleZero: readonly string[] };
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug' };
  /** Null: off. */
  readonly notices: { readonly motd: string | null; readonly issue: string | null };
  readonly sockets: { readonly group: string | null };
  readonly debug: {
    /** Null: on the socket alone. */
    readonly listen: { readonly host: '127.0.0.1' | '::1'; readonly port: number } | null;
    readonly profiling: boolean;
  };
}

/** Units go into the names here, so that nobody takes seconds for milliseconds. */
export function settingsOf(values: Values): Settings {
  const { node, paths, mode, sources, trust, policy, foreignManifests, drift, log, notices, sockets, debug } = values;
  return frozen({
    node,
    paths,
    mode,
    sources: { folder: sources.folder, pollMs: sources.poll },
    trust,
    policy,
    foreignManifests,
    drift: { settleMs: drift.settle, settleZero: drift.settleZero },
    log,
    notices: { motd: unlessOff(notices.motd), issue: unlessOff(notices.issue) },
    sockets,
    debug,
  });
}

function unlessOff(value: string): string | null {
  return value === 'off' ? null : value;
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}
