/** Properties of systemd's objects → what the agent knows of a unit. */
import type { UnitFacts } from '../../resources/unit-manager.ts';

export type Properties = Readonly<Record<string, unknown>>;

/** As dbus-next gives a{sv}. */
export function propertiesOf(raw: unknown): Properties {
  const entries = Object.entries((raw ?? {}) as Readonly<Record<string, { readonly value: unknown }>>);
  return Object.fromEntries(entries.map(([name, { value }]) => [name, value]));
}

/** The interface of what a unit of this name has beyond being a unit; null: it has nothing of interest. */
export function interfaceOf(name: string): string | null {
  const suffix = name.slice(name.lastIndexOf('.') + 1);
  const known: Readonly<Record<string, string>> = {
    service: 'Service',
    socket: 'Socket',
    timer: 'Timer',
    mount: 'Mount',
    path: 'Path',
    swap: 'Swap',
  };
  const own = Object.hasOwn(known, suffix) ? known[suffix] : undefined;
  return own === undefined ? null : `org.freedesktop.systemd1.${own}`;
}

/** `own`: Result, and of services ExecMainStatus and NRestarts. `monotonicUs`: CLOCK_MONOTONIC, which systemd counts by. */
export function unitFacts(unit: Properties, own: Properties, monotonicUs: bigint): UnitFacts {
  const active = text(unit['ActiveState']);
  const since = unit['ActiveEnterTimestampMonotonic'];
  const activeForMs =
    (active === 'active' || active === 'reloading') && typeof since === 'bigint' && since > 0n
      ? Math.max(0, Number((monotonicUs - since) / 1000n))
      : null;
  return {
    name: text(unit['Id']),
    load: text(unit['LoadState']),
    active,
    sub: text(unit['SubState']),
    file: text(unit['UnitFileState']),
    needsReload: unit['NeedDaemonReload'] === true,
    canReload: unit['CanReload'] === true,
    activeForMs,
    result: own['Result'] === undefined ? null : text(own['Result']),
    exitStatus: typeof own['ExecMainStatus'] === 'number' ? own['ExecMainStatus'] : null,
    restarts: typeof own['NRestarts'] === 'number' ? own['NRestarts'] : null,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
