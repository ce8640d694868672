/** What the kernel has, what our file says, and who else names the parameter. Never writes. */
import { baseName } from '../../../hostfs/path.ts';
import type { Address, Observation, ReadHost, Target } from '../kind.ts';
import { observePaths } from '../path-observe.ts';
import type { PathSpec, PathState } from '../path-state.ts';
import { kernelError } from './errors.ts';
import { sysctlFile, sysctlPath } from './sysctl-key.ts';
import { readSysctlFiles, type Saying } from './sysctl-files.ts';
import type { OtherWord, SysctlSpec, SysctlState } from './sysctl-state.ts';
import { plainValue, sameValue } from './sysctl-value.ts';

type SysctlTarget = Target<SysctlSpec, SysctlState>;

/** A parameter that the kernel does not have is seen as such; only what cannot be read is unknown. */
export async function observeSysctls(
  at: readonly SysctlTarget[],
  host: ReadHost,
  signal: AbortSignal,
): Promise<ReadonlyMap<Address, Observation<SysctlState>>> {
  const seen = new Map<Address, Observation<SysctlState>>();
  if (at.length === 0) return seen;
  const files = await observePaths(at.map(fileTarget), host, signal);
  const said = await readSysctlFiles(host.fs);
  for (const target of at) {
    signal.throwIfAborted();
    const { address } = target;
    const path = sysctlPath(keyOf(address));
    const file = files.get(fileAddress(address));
    const reading = await host.sysctls.read(path);
    if (file === undefined || 'unknown' in file) {
      if (file !== undefined) seen.set(address, file);
    } else if ('unreadable' in reading) {
      const message = `${address} cannot be read: /proc/sys/${path} answers ${reading.unreadable}`;
      seen.set(address, { unknown: kernelError('KSN-KERNEL-007', message, { element: address }).toReason() });
    } else {
      const now = 'absent' in reading ? null : plainValue(reading.text);
      const others = target.item === null ? [] : othersOf(said.get(path) ?? [], sysctlFile(path), target.item.spec);
      seen.set(address, { state: { now, file: file.state, ...(others.length > 0 && { others }) } });
    }
  }
  return seen;
}

/** Those that say something else. By the names of the files alone: the folder plays no part in the order. */
function othersOf(said: readonly Saying[], own: string, { value }: SysctlSpec): readonly OtherWord[] {
  return said
    .filter((one) => one.file !== own && !sameValue(one.value, value))
    .map((one) => ({ path: one.file, value: plainValue(one.value), wins: baseName(one.file) > baseName(own) }));
}

/** The file as a target of its own: owners are answered in the words of what is wanted or owned. */
function fileTarget({ address, item, owned }: SysctlTarget): Target<PathSpec, PathState> {
  const file = sysctlFile(sysctlPath(keyOf(address)));
  return {
    address: fileAddress(address),
    item: item === null ? null : { ...item, spec: { path: file, state: item.spec.fileState } },
    owned: owned === null ? null : { ...owned, original: owned.original?.file ?? null, last: owned.last?.file ?? null },
  };
}

/** As the spec spells it. */
export function keyOf(address: Address): string {
  return address.slice('sysctl:'.length);
}

function fileAddress(address: Address): Address {
  return `sysctl:${sysctlFile(sysctlPath(keyOf(address)))}`;
}
