/**
 * Who but root could change what is read from a path: what is trusted for where it lies (configuration, trust roots)
 * must lie where only root writes. In a sandbox its owner stands for root. As sshd judges `authorized_keys`, but for
 * the group: whose members may write there, the owner of the folder has said.
 */
import { stepsTo, type Looked } from './steps-to.ts';

const everybody = 0o002;
const sticky = 0o1000;

/** In words that follow the path; null: nobody but root. */
export function changeableBy({ type, mode, uid }: Looked): string | null {
  if (uid !== 0) return `belongs to user ${uid}, who could change it`;
  return type !== 'link' && (mode & everybody) !== 0 ? 'can be written by everybody' : null;
}

/**
 * The folder itself and those above it, links on the way included. Where all may write, but only owners may rename and
 * remove (/tmp), what is root's stays what it is; the last folder must not even gain names. Absent: nobody.
 */
export async function folderChangeableBy(
  look: (path: string) => Promise<Looked | null>,
  folder: string,
): Promise<{ readonly path: string; readonly what: string } | null> {
  let first: { readonly path: string; readonly what: string } | null = null;
  let isThere = false;
  for await (const { path, entry, isLast } of stepsTo(look, folder)) {
    isThere = isLast && entry.type !== 'link';
    const guarded = entry.type === 'directory' && !isLast && (entry.mode & sticky) !== 0 && entry.uid === 0;
    const what = guarded ? null : changeableBy(entry);
    if (what !== null) first ??= { path, what };
  }
  return isThere ? first : null;
}
