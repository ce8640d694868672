/** What the agent needs of folders and file systems. Nothing is written. */
import { access, constants, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { folderChangeableBy } from '../base/changeable-by.ts';
import { KeelsonError } from '../base/errors.ts';
import { counted } from '../base/words.ts';
import { judgeState, type Loose } from '../apply/state-folder.ts';
import { foreignNotice } from '../report/notice-files.ts';
import { readTrust, TRUST_FOLDERS } from '../verify/trust-store.ts';
import { realFolder } from '../host/real-folder.ts';
import { baseName, parentPath } from '../../hostfs/path.ts';
import { fine, lacking, limited, type Examined, type Ground } from './examined.ts';
import { mountOf } from './mounts.ts';

/** Room for the journal with its reserve, the store of a few generations, and the events. */
const WANTED_BYTES = 128 * 1024 * 1024;
const MIB = 1024 * 1024;
/** They give up a lock when the network does, or do not have it. */
const REMOTE = /^(?:nfs4?|cifs|smb3?|9p|ceph|glusterfs|lustre|fuse\..*)$/u;

const SOON_MS = 30 * 24 * 3_600_000;
const NEW_KEY = 'keelson keygen NAME, then NAME.yaml into /etc/keelson/trust.d.';

/** Whether who asks may write there, as the agent must. */
export async function rootFolder({ invocation }: Ground): Promise<Examined> {
  const what = 'root folder';
  const path = invocation.global.root;
  try {
    await access(path, constants.W_OK | constants.X_OK);
    return fine(what, path);
  } catch (error) {
    const next = 'Run it as root, or give a folder of your own with --root.';
    return lacking(what, `${path}: ${(error as NodeJS.ErrnoException).code}`, next);
  }
}

/** Whose it is, who else may read it, and the room in it. */
export async function stateFolder(ground: Ground): Promise<Examined> {
  const what = 'state folder';
  const { fs } = ground.root;
  const { state } = ground.folders;
  const entry = await fs.lstat(state);
  if (entry !== null && entry.type !== 'directory')
    return lacking(what, `${state} is a ${entry.type}`, 'Move it away; the agent makes the folder.');
  const judged = await judgedState(ground);
  if (judged instanceof KeelsonError) return lacking(what, judged.message, judged.remedy ?? '');
  const { free } = await fs.space(state);
  const megabytes = Math.floor(free / MIB);
  if (free < WANTED_BYTES)
    return limited(what, `${state}: ${megabytes} MiB free`, 'Make room: with a full disk nothing new is begun.');
  const [first] = judged;
  if (first !== undefined) {
    const detail = `${first.path} can be read by others (${first.mode.toString(8)}), ${counted(judged.length, 'such path')}`;
    return limited(what, detail, 'The next start of the agent closes it; who could read it may have read secrets.');
  }
  return fine(what, `${state}${entry === null ? ' (not there yet)' : ''}: ${megabytes} MiB free`);
}

/** An ordinary user, to whom root is somebody else, cannot tell of the whole host. */
async function judgedState({ root, folders }: Ground): Promise<KeelsonError | readonly Loose[]> {
  if (root.rootless && root.isWholeHost) return [];
  try {
    return await judgeState(root.fs, folders.state);
  } catch (error) {
    if (error instanceof KeelsonError) return error;
    throw error;
  }
}

/** Where the links on the way lead; the nearest folder that is there counts: the agent makes the rest. */
export async function stateFileSystem({
  invocation,
  machine,
  root: { fs },
  folders: { state },
}: Ground): Promise<Examined> {
  const what = 'state disk';
  const root = await realpath(invocation.global.root).catch(() => invocation.global.root);
  const real = join(root, await realFolder(fs, state), baseName(state));
  const mount = mountOf((await machine.text('/proc/self/mountinfo')) ?? '', real);
  if (mount === null) return fine(what, 'nobody here to ask (/proc/self/mountinfo)');
  const detail = `${mount.type} at ${mount.point}`;
  if (mount.readOnly)
    return lacking(
      what,
      `${detail} is mounted read-only`,
      `Look why (dmesg), mend it, then mount -o remount,rw ${mount.point}`,
    );
  if (REMOTE.test(mount.type))
    return lacking(what, `${detail}: its lock may be lost`, 'Put paths.state onto a local file system.');
  if (mount.type === 'tmpfs')
    return limited(
      what,
      `${detail} is empty after a boot`,
      'Put paths.state onto a disk; without it the node forgets what it manages.',
    );
  return fine(what, detail);
}

/** Whether specs can be left there, and by whom. */
export async function specFolder({ root: { fs }, folders: { specs } }: Ground): Promise<Examined> {
  const what = 'spec folder';
  const entry = await fs.lstat(specs);
  if (entry === null)
    return limited(what, `${specs} is not there`, `mkdir -m 0750 ${specs}; or systemd-tmpfiles --create`);
  if (entry.type !== 'directory')
    return lacking(what, `${specs} is a ${entry.type}`, 'Move it away, and make the folder.');
  const open = await folderChangeableBy((each) => fs.lstat(each), specs);
  if (open !== null) {
    const next = `After a look at what lies there: chown root ${open.path}; chmod o-w ${open.path}`;
    return limited(what, `${open.path} ${open.what}: others can offer and withdraw specs`, next);
  }
  const documents = (await fs.list(specs)).filter((name) => /^[^.].*[.](?:json|ya?ml)$/u.test(name));
  return fine(what, `${specs}: ${counted(documents.length, 'document')}`);
}

/** Whether enough keys count, now and for a while. */
export async function trustRoots({ root: { fs }, settings, invocation: { clock } }: Ground): Promise<Examined> {
  const what = 'trust roots';
  const { threshold = 1, seriesThreshold = {}, allowUnsigned = [] } = settings?.trust ?? {};
  const { trust: found, findings } = await readTrust(fs, TRUST_FOLDERS, { threshold, bySeries: seriesThreshold });
  const unsigned = allowUnsigned.length === 0 ? '' : `; unsigned allowed: ${allowUnsigned.join(', ')}`;
  const now = clock.now();
  const over = found.keys.filter(({ notAfter = Infinity }) => notAfter < now);
  const soon = found.keys.find(({ notAfter = Infinity }) => notAfter >= now && notAfter < now + SOON_MS);
  const usable = found.keys.length - over.length;
  const expired = over.length === 0 ? '' : `, ${over.length} expired`;
  const detail = `${usable} usable${expired}, ${threshold} needed${unsigned}`;
  const [first] = findings;
  if (first !== undefined) return limited(what, `${detail}; ${first.message}`, first.remedy ?? '');
  if (soon !== undefined && usable === threshold && allowUnsigned.length === 0) {
    const day = new Date(soon.notAfter ?? 0).toISOString().slice(0, 10);
    return limited(what, `${detail}; ${soon.name} ends on ${day}`, NEW_KEY);
  }
  if (usable >= threshold || allowUnsigned.length > 0) return fine(what, detail);
  return lacking(what, detail, NEW_KEY);
}

/** Undos that run without the agent: armed ones pass by themselves, the others are to be gone on with. */
export async function guards({ root: { fs }, folders: { state } }: Ground): Promise<Examined> {
  const what = 'guards';
  const names = await fs.list(`${state}/guards`);
  const of = (part: string): number => names.filter((name) => name.endsWith(`.${part}`)).length;
  const [armed, firing, fired] = [of('json'), of('firing'), of('fired')];
  if (fired + firing > 0) {
    const detail = `${fired + firing} fired: what a change cut off was put back without the agent`;
    return limited(what, detail, 'keelson status; the agent rolls that generation back when it runs.');
  }
  if (armed > 0)
    return limited(
      what,
      `${armed} armed: a guarded change is under way`,
      'keelson status --watch; unconfirmed, it is put back at its deadline.',
    );
  return fine(what, 'none under way');
}

/** Whether anybody would see them. */
export async function notices({ root: { fs }, settings }: Ground): Promise<Examined> {
  const what = 'notices';
  const { motd, issue } = settings?.notices ?? { motd: null, issue: null };
  if (motd === null && issue === null) return fine(what, 'off');
  for (const path of [motd, issue]) {
    const folder = path === null ? null : parentPath(parentPath(path));
    if (folder !== null && (await fs.lstat(folder)) === null)
      return limited(
        what,
        `${folder} is not there: nothing is written to ${path}`,
        'Make it, or set notices.motd and notices.issue.',
      );
  }
  for (const path of [motd, issue]) {
    const foreign = path === null ? null : await foreignNotice(path, fs);
    if (foreign !== null)
      return limited(
        what,
        `${path} is ${foreign}: nothing is shown there`,
        'Move it away, or set notices.motd and notices.issue.',
      );
  }
  const link = '/etc/issue.d/keelson.issue';
  const hidden = issue?.startsWith('/run/issue.d/') === true && (await fs.lstat('/etc/issue')) !== null;
  if (hidden && (await fs.lstat(link)) === null) {
    const next = 'systemd-tmpfiles --create keelson.conf';
    return limited(what, `a console does not show ${issue}: there is /etc/issue, and no link at ${link}`, next);
  }
  return fine(what, [motd, issue].filter((path) => path !== null).join(', '));
}
