/**
 * Who but root could change what is read from a path: what is trusted for where it lies (configuration, trust roots)
 * must lie where only root writes. In a sandbox its owner stands for root. As sshd judges `authorized_keys`, but for
 * the group: whose members may write there, the owner of the folder has said.
 */

interface Looked {
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly target?: string;
}

type Look = (path: string) => Promise<Looked | null>;

const everybody = 0o002;
const sticky = 0o1000;
/** As the kernel (MAXSYMLINKS in include/linux/namei.h). */
const maxLinks = 40;

/** In words that follow the path; null: nobody but root. */
export function changeableBy({ type, mode, uid }: Looked): string | null {
  if (uid !== 0) return `belongs to user ${uid}, who could change it`;
  return type !== 'link' && (mode & everybody) !== 0 ? 'can be written by everybody' : null;
}

/**
 * The folder itself and those above it, links on the way included. Where all may write, but only owners may rename and
 * remove (/tmp), what is root's stays what it is; the last folder must not even gain names. Absent: nobody.
 */
export async function folderChangeableBy(look: Look, folder: string): Promise<{ path: string; what: string } | null> {
  const queue = folder.split('/').toReversed();
  let at = '/';
  let links = 0;
  let found: { path: string; what: string } | null = null;
  for (let part = queue.pop(); part !== undefined; part = queue.pop()) {
    if (part === '..') at = at.slice(0, at.lastIndexOf('/')) || '/';
    if (part === '..' || part === '.' || (part === '' && at !== '/')) continue;
    const path = part === '' ? '/' : `${at === '/' ? '' : at}/${part}`;
    const entry = await look(path);
    if (entry === null) return null;
    const isLast = queue.every((rest) => rest === '' || rest === '.');
    const guarded = entry.type === 'directory' && !isLast && (entry.mode & sticky) !== 0 && entry.uid === 0;
    const what = guarded ? null : changeableBy(entry);
    if (what !== null) found ??= { path, what };
    if (entry.type !== 'link' || entry.target === undefined) at = path;
    else if (++links > maxLinks) return null;
    else {
      queue.push(...entry.target.split('/').toReversed());
      if (entry.target.startsWith('/')) at = '/';
    }
  }
  return found;
}
