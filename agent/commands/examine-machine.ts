/** What the agent needs of the machine beneath the root. */
import { fine, limited, type Examined, type Ground } from './examined.ts';

/** One a directory on the way to every managed path. */
const WANTED_WATCHES = 8_192;
/** Sockets, watches, and files of a wave that are open at a time. */
const WANTED_FILES = 4_096;

/** How much of the disk can be watched. */
export async function watches({ machine }: Ground): Promise<Examined> {
  const what = 'watches';
  const limit = Number((await machine.text('/proc/sys/fs/inotify/max_user_watches')) ?? '0');
  if (limit >= WANTED_WATCHES) return fine(what, `${limit} for a user`);
  const next = `sysctl fs.inotify.max_user_watches=${WANTED_WATCHES}; above the limit drift is found by looking, not at once.`;
  return limited(what, `${limit} for a user`, next);
}

/** Of the agent that runs, or else of whoever asks: an agent of the unit has what the unit says. */
export async function openFiles({ machine }: Ground, pid: number | null): Promise<Examined> {
  const what = 'open files';
  const limits = await machine.text(`/proc/${pid ?? 'self'}/limits`);
  const [, soft = '0'] = /^Max open files\s+(\S+)/mu.exec(limits ?? '') ?? [];
  const limit = soft === 'unlimited' ? Infinity : Number(soft);
  const detail = `${soft} for ${pid === null ? 'this shell' : `the agent (process ${pid})`}`;
  if (limit >= WANTED_FILES || pid === null) return fine(what, detail);
  return limited(what, detail, 'LimitNOFILE=65536 in the unit, as the package has it; then restart the agent.');
}

/** Whether this Node can call libc. */
export function ffi({ root: { libc } }: Ground): Examined {
  const what = 'libc calls';
  if (libc !== null) return fine(what, 'node:ffi works: labels, attributes and callers are known');
  return limited(
    what,
    'no node:ffi: labels are set only at creation, callers of the sockets are not known',
    'Start it with --experimental-ffi, as the unit file does.',
  );
}

/** Said, never judged. */
export async function selinux({ machine, path }: Ground): Promise<Examined> {
  const what = 'SELinux';
  const state = await machine.text(path('/sys/fs/selinux/enforce'));
  if (state === null) return fine(what, 'not on this host; labels are ignored');
  return fine(what, state.trim() === '1' ? 'enforcing' : 'permissive');
}

/** Who judges static pods. */
export async function kubelet({ machine, path, settings }: Ground): Promise<Examined> {
  const what = 'kubelet';
  const manifests = settings?.paths.manifests ?? '/etc/kubernetes/manifests';
  for (const program of ['/usr/bin/kubelet', '/usr/local/bin/kubelet']) {
    if (await machine.isProgram(path(program))) return fine(what, `${program}; manifests go to ${manifests}`);
  }
  return limited(what, 'not here: pods are placed, and nothing judges them', 'Nothing, on a host without pods.');
}

/** The kernel knows whether somebody keeps its clock, whoever that is: timedatectl asks it. */
export async function clockKept({ machine, root }: Ground): Promise<Examined> {
  const what = 'clock';
  const said = root.isWholeHost
    ? await machine.output(['timedatectl', 'show', '--property=NTPSynchronized', '--value'])
    : null;
  if (said === null) return fine(what, root.isWholeHost ? 'nobody here to ask (timedatectl)' : "the machine's own");
  if (said.trim() === 'yes') return fine(what, 'synchronised');
  return limited(
    what,
    'not synchronised: notAfter of specs, ages and holds go by it',
    'systemctl status chronyd systemd-timesyncd; are its servers reached?',
  );
}
