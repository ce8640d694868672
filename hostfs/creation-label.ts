/**
 * SELinux labels at creation, with no native code: a context written to `/proc/thread-self/attr/fscreate` labels
 * what this thread creates next (proc(5) "attr/fscreate"; libselinux setfscreatecon(3) does the same). The value
 * is the thread's own, so write, create and clear must happen synchronously on one thread.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { FsError } from './errors.ts';
import type { LabelSupport } from './primitives.ts';

const fscreate = '/proc/thread-self/attr/fscreate';

/** `selinuxfs/enforce` is there exactly where the kernel runs SELinux. */
export function labelSupport(selinuxfs: string, xattrs: boolean): LabelSupport {
  if (!existsSync(`${selinuxfs}/enforce`)) return 'absent';
  return xattrs ? 'full' : 'create';
}

/** Runs the synchronous `create` so that what it creates carries `label` from the start. */
export function createLabelled<T>(label: string, create: () => T): T {
  try {
    writeFileSync(fscreate, label);
  } catch (cause) {
    throw new FsError(
      'UNSUPPORTED',
      fscreate,
      `This host cannot label what it creates as ${label}: the kernel refused the context.`,
      cause,
    );
  }
  try {
    return create();
  } finally {
    writeFileSync(fscreate, '\n');
  }
}
