/** Of an agent that could not start, or failed: the next login is to know. */
import { asKeelsonError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { NoticeFiles, type NoticePaths } from '../report/notice-files.ts';
import { failedLines } from '../report/notice-text.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import type { Invocation } from './invocation.ts';
import { silentAgent } from './silent-agent.ts';

/** Never throws: what is told is why the agent fails, and that goes to standard error all the same. */
export async function tellNotRunning(
  invocation: Invocation,
  fs: FileSystem,
  paths: NoticePaths,
  failure: unknown,
): Promise<void> {
  try {
    // Somebody may have started a second one by hand: the files are those of the agent that has the state folder.
    const running = await silentAgent(invocation);
    if (running !== null && running !== process.pid) return;
    const lines = failedLines(asKeelsonError(failure).toReason(), invocation.clock.now());
    await new NoticeFiles({ fs, paths, log: silentLog }).show(lines);
  } catch {
    // A state folder that cannot be read: nobody knows whether another agent runs.
  }
}
