/**
 * Kernel parameters by their files. Each is one open, one read or write: the kernel takes a value whole with its first
 * write, and makes nothing that is not there. Which of them are of the network depends on the namespace of the process.
 */
import { constants } from 'node:fs';
import { access, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { SysctlOutcome, SysctlReading, Sysctls } from '../resources/kind.ts';

/** More than the longest that a kernel has: `kernel/hostname` is 64, lists of ports and CPUs some KiB. */
const LARGEST = 64 * 1024;

/** `folder`: `/proc/sys`, or what stands for it. Paths must be plain: the caller's pattern lets no `..` pass. */
export function procSysctls(folder: string): Sysctls {
  return {
    read: (path) => read(join(folder, path)),
    write: (path, value) => write(join(folder, path), value),
  };
}

async function read(file: string): Promise<SysctlReading> {
  try {
    // A file that nobody may read can still be writable (net/ipv4/route/flush): there is no value to compare.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(LARGEST), 0, LARGEST, 0);
    return { text: buffer.subarray(0, bytesRead).toString('utf8'), writable: await isWritable(file) };
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? { absent: true } : { unreadable: code };
  }
}

async function isWritable(file: string): Promise<boolean> {
  try {
    await access(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function write(file: string, value: string): Promise<SysctlOutcome> {
  try {
    await using handle = await open(file, constants.O_WRONLY | constants.O_NOFOLLOW);
    return await put(handle, value);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    return forbids(code) ? 'read-only' : 'refused';
  }
}

/** Once it is open, ENOENT is an answer to the value: there is no such congestion control. */
async function put(handle: FileHandle, value: string): Promise<SysctlOutcome> {
  try {
    await handle.write(`${value}\n`, 0);
    return 'written';
  } catch (error) {
    return forbids(codeOf(error)) ? 'read-only' : 'refused';
  }
}

function forbids(code: string): boolean {
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
