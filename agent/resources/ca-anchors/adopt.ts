import type { AuditEntry, ReadFileSystem } from '../../../hostfs/filesystem.ts';
import type { Adopted, AdoptHost } from '../kind.ts';
import { adoptedBytes } from '../path-adopt.ts';
import { readAnchor } from './certificate.ts';
import { placeOf, type Tool } from './layout.ts';

/** A certificate in the place of anchors, just as this kind would write it; any other is a file. */
export async function adoptAnchor(found: AuditEntry, host: AdoptHost): Promise<Adopted | null> {
  const { type, path, mode, uid, gid } = found;
  if (type !== 'file' || mode !== 0o644 || uid !== 0 || gid !== 0) return null;
  const tool = placeOf(path)?.tool;
  if (tool === undefined || !(await has(host.fs, tool))) return null;
  const read = await adoptedBytes(found, host);
  if ('refused' in read) return null;
  const pem = Buffer.from(read.bytes).toString('latin1');
  const anchor = readAnchor(pem);
  return anchor?.isAuthority === true && anchor.pem === pem ? { resources: { [path]: { pem } } } : null;
}

/** Without the tool nothing would be made of it. */
async function has(fs: ReadFileSystem, tool: Tool): Promise<boolean> {
  for (const folder of ['/usr/bin', '/usr/sbin'])
    if ((await fs.lstat(`${folder}/${tool}`).catch(() => null)) !== null) return true;
  return false;
}
