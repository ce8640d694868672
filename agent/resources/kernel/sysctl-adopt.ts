/** A file that keeps one parameter as Keelson writes it. Others of sysctl.d are files: who takes them over keeps them whole. */
import type { AuditEntry } from '../../../hostfs/filesystem.ts';
import type { Adopted, AdoptHost } from '../kind.ts';
import { parseSysctlD, renderSysctlD } from './parse-sysctl-d.ts';
import { dotted, isSecretKey, pathOfFile } from './sysctl-key.ts';

const LARGEST = 64 * 1024;

export async function adoptSysctl(found: AuditEntry, host: AdoptHost): Promise<Adopted | null> {
  const path = pathOfFile(found.path);
  if (path === null || isSecretKey(path) || found.type !== 'file' || found.size > LARGEST) return null;
  if (found.mode !== 0o644 || found.uid !== 0 || found.gid !== 0) return null;
  const text = Buffer.from(await host.fs.read(found.path, LARGEST)).toString('utf8');
  const value = parseSysctlD(text)[0]?.value ?? null;
  if (value === null || value === '' || value.includes('${') || text !== renderSysctlD(path, value)) return null;
  return { resources: { [dotted(path)]: /^(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value } };
}
