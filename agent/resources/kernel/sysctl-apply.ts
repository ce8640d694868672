/**
 * The value into the kernel, the file into its place. The kernel comes first: what it refuses leaves nothing on disk. A
 * crash between the two is told from what is there, and the same code goes on, or undoes.
 */
import { bug } from '../../base/errors.ts';
import {
  ThirdStateError,
  WaitError,
  type Change,
  type Host,
  type Staged,
  type StageHost,
  type State,
} from '../kind.ts';
import { applyPath } from '../path-apply.ts';
import { progressOf } from '../path-progress.ts';
import { stagePath } from '../path-stage.ts';
import { kernelError, type KernelCode } from './errors.ts';
import { fileChange, parameterOf, sameNow, type SysctlState } from './sysctl-state.ts';
import { plainValue, sameValue } from './sysctl-value.ts';

type SysctlChange = Change<SysctlState>;

/** Writes no value: whether the kernel takes it shows only when it is written. @throws WaitError where it has no such parameter */
export async function stageSysctl(
  change: SysctlChange,
  host: StageHost,
  signal: AbortSignal,
): Promise<Staged<SysctlState>> {
  const to = resolved(change);
  const path = parameterOf(change);
  if (changesNow(change, to)) {
    const reading = await host.sysctls.read(path);
    if (!('text' in reading)) {
      if (!goesBack(change))
        throw new WaitError(failure('KSN-KERNEL-001', change, `has no ${path} now`).toReason(), 'input');
    } else if (!reading.writable) throw failure('KSN-KERNEL-003', change, `cannot write /proc/sys/${path}`);
  }
  return asOwn(change, async () => {
    const { unfinished } = await stagePath(fileChange(change, to), host, signal);
    return { change, rejected: [], ...(unfinished && { unfinished }) };
  });
}

/** from → to, or back. @throws codes of KSN-KERNEL, and ThirdStateError where somebody else was there */
export async function applySysctl(change: SysctlChange, host: Host, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const to = resolved(change);
  await asOwn(change, async () => {
    const file = fileChange(change, to);
    const { stands } = await progressOf(file, to?.file ?? null, host, signal);
    if (stands === 'elsewhere') throw new ThirdStateError(change.address);
    if (changesNow(change, to)) await setNow(change, to?.now ?? '', host);
    await applyPath(file, host, signal);
  });
}

async function setNow(change: SysctlChange, wanted: string, host: Host): Promise<void> {
  const path = parameterOf(change);
  const before = change.from?.now ?? '';
  const reading = await host.sysctls.read(path);
  if (!('text' in reading)) {
    // Gone with its module or interface: nothing to put back, and nothing to set until it comes.
    if (goesBack(change)) return;
    throw new ThirdStateError(change.address);
  }
  if (sameValue(reading.text, wanted)) return;
  if (!sameValue(reading.text, before)) throw new ThirdStateError(change.address);
  switch (await host.sysctls.write(path, wanted)) {
    case 'absent':
      if (goesBack(change)) return;
      throw new ThirdStateError(change.address);
    case 'refused':
      throw failure('KSN-KERNEL-002', change, `does not take ${wanted} for ${path}`);
    case 'read-only':
      throw failure('KSN-KERNEL-003', change, `cannot write /proc/sys/${path}`);
    case 'written': {
      const after = await host.sysctls.read(path);
      if (!('text' in after) || sameValue(after.text, wanted)) return;
      await host.sysctls.write(path, before);
      throw failure('KSN-KERNEL-004', change, `made ${plainValue(after.text)} of ${wanted}`);
    }
  }
}

function changesNow({ from }: SysctlChange, to: State<SysctlState>): boolean {
  return to !== null && to.now !== null && !sameNow(from?.now ?? null, to.now);
}

function goesBack({ why }: SysctlChange): boolean {
  return why === 'undo' || why === 'prune';
}

function resolved({ to, address }: SysctlChange): State<SysctlState> {
  if (to !== null && 'pending' in to) throw bug(`${address} has a pending state`);
  return to;
}

/** What the rules of paths find is said of the parameter. */
async function asOwn<T>(change: SysctlChange, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ThirdStateError ? new ThirdStateError(change.address) : error;
  }
}

function failure(code: KernelCode, { address }: SysctlChange, words: string) {
  return kernelError(code, `${address}: the kernel ${words}`, { element: address });
}
