/** The processes of this kernel from /proc (proc(5)); what a process table is for its users, see resources/process-effects. */
import { readdir, readFile } from 'node:fs/promises';
import { constants } from 'node:os';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly argv0: string;
  readonly startTime: string;
}

/** Nothing is kept: every call reads /proc anew. */
export interface ProcTable {
  all(): Promise<readonly Process[]>;
  byPid(pid: number): Promise<Process | null>;
  signal(process: Process, signal: string): Promise<boolean>;
}

/** `send` as process.kill: in tests, something harmless. */
export function createProcessTable(
  proc = '/proc',
  send: (pid: number, signal: number) => void = (pid, signal) => void process.kill(pid, signal),
): ProcTable {
  const byPid = (pid: number): Promise<Process | null> => readProcess(proc, pid);
  return {
    async all() {
      const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name)).map(Number);
      const found: Process[] = [];
      // One after another: each is two reads from memory, and a burst of thousands would fill the pool.
      for (const pid of pids) {
        const each = pid === process.pid ? null : await byPid(pid);
        if (each !== null) found.push(each);
      }
      return found;
    },
    byPid,
    async signal(target, name) {
      const number = (constants.signals as Readonly<Record<string, number>>)[name];
      if (number === undefined) throw Object.assign(new Error(`no signal ${name}`), { code: 'EINVAL' });
      if (target.pid <= 1 || target.pid === process.pid) throw Object.assign(new Error('never'), { code: 'EPERM' });
      const now = await byPid(target.pid);
      if (now?.startTime !== target.startTime) return false;
      try {
        send(target.pid, number);
        return true;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
        throw error;
      }
    },
  };
}

/** Null: gone, a zombie, or a kernel thread (which has no command line). */
async function readProcess(proc: string, pid: number): Promise<Process | null> {
  try {
    const stat = await readFile(`${proc}/${pid}/stat`, 'utf8');
    // The name is in parentheses and may hold any character, parentheses too.
    const open = stat.indexOf('(');
    const close = stat.lastIndexOf(')');
    const fields = stat.slice(close + 2).split(' ');
    const [state, parent] = fields;
    // Field 22 of the line; the third is the first after the name.
    const startTime = fields[19];
    if (open === -1 || state === undefined || 'ZXx'.includes(state) || startTime === undefined) return null;
    const commandLine = await readFile(`${proc}/${pid}/cmdline`, 'utf8');
    const argv0 = commandLine.split('\0')[0] ?? '';
    if (argv0 === '') return null;
    return { pid, parent: Number(parent), name: stat.slice(open + 1, close), argv0, startTime };
  } catch {
    return null;
  }
}
