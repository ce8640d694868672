/** Which process has a socket open, by the links of /proc (proc_pid_fd(5)). */
import { readdir, readFile, readlink } from 'node:fs/promises';

export interface SocketHolder {
  readonly pid: number;
  readonly name: string;
}

/** The first that is found; null where none is, or it is a process that this user may not look into. */
export async function socketHolder(inode: string, proc = '/proc'): Promise<SocketHolder | null> {
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/u.test(name));
  for (const pid of pids) {
    const folder = `${proc}/${pid}/fd`;
    for (const name of await readdir(folder).catch(() => [])) {
      const target = await readlink(`${folder}/${name}`).catch(() => '');
      if (target !== `socket:[${inode}]`) continue;
      const comm = await readFile(`${proc}/${pid}/comm`, 'utf8').catch(() => '');
      return { pid: Number(pid), name: comm.trim() };
    }
  }
  return null;
}
