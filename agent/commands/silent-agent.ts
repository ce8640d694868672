/** An agent that nobody answers for is not always down: its sockets may be gone, or it hangs. */
import { runningPid } from '../apply/starts.ts';
import { readBootId } from '../host/boot-id.ts';
import { agentFolders } from './connect.ts';
import type { Invocation } from './invocation.ts';
import { openRootFolder } from './open-root.ts';
import type { Silent } from './text/status-text.ts';

/** The process that has the state folder and is alive; null: none has said so, or it is gone. */
export async function silentAgent(invocation: Invocation): Promise<number | null> {
  const { state } = await agentFolders(invocation);
  const { fs } = await openRootFolder(invocation.global.root);
  await using _ = fs;
  const pid = await runningPid(fs, state, readBootId());
  return pid !== null && isAlive(pid) ? pid : null;
}

/** The same of one that was asked; one that took the connection is there, whoever has the state folder. */
export async function silentOne(invocation: Invocation, hangs: boolean): Promise<Silent | null> {
  return (await silentAgent(invocation)) ?? (hangs ? 'nameless' : null);
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
