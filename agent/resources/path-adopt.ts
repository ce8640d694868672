/** What `keelson adopt` needs of a path whatever its kind: the fields of its owner, and its content where a spec may have it. */
import { createHash } from 'node:crypto';
import type { Reason } from '../base/errors.ts';
import { LIMITS } from '../desired/limits.ts';
import { FsError } from '../../hostfs/errors.ts';
import type { AuditEntry, Digester } from '../../hostfs/filesystem.ts';
import { adoptReason } from './adopt-errors.ts';
import { isBehindClosedFolder } from './closed-folders.ts';
import type { AdoptHost } from './kind.ts';
import { formatMode } from './path-state.ts';
import { holdsSecret } from './secret-content.ts';

export interface OwnerFields {
  readonly mode?: string;
  readonly owner?: string | number;
  readonly group?: string | number;
  readonly label?: string;
}

/** What the spec says of owner, mode and label; what it would mean by itself is left out. */
export function adoptedOwner(
  { mode, uid, gid, label }: AuditEntry,
  usualMode: number,
  { names }: AdoptHost,
): OwnerFields {
  return {
    ...(mode !== usualMode && { mode: formatMode(mode) }),
    ...(uid !== 0 && { owner: names.user(uid) ?? uid }),
    ...(gid !== 0 && { group: names.group(gid) ?? gid }),
    ...(label !== undefined && { label: shortLabel(label) }),
  };
}

/** `system_u:object_r:etc_t:s0` is what a spec means by `etc_t`. */
function shortLabel(label: string): string {
  return /^system_u:object_r:([A-Za-z_][A-Za-z0-9_]*):s0$/.exec(label)?.[1] ?? label;
}

/** Tells two looks at one content apart, here and now; it goes nowhere. */
export function lookDigester(): Digester {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), finish: () => hash.digest('base64') };
}

/** The bytes that the audit saw, or why no spec is to have them. */
export async function adoptedBytes(
  found: AuditEntry,
  host: AdoptHost,
): Promise<{ readonly bytes: Uint8Array } | { readonly refused: Reason }> {
  const { path, mode, links, size, undigested } = found;
  const refused = (code: Parameters<typeof adoptReason>[0], words: string) => ({
    refused: adoptReason(code, path, words),
  });
  if (undigested === 'denied') return refused('KSN-ADOPT-004', 'may not be read');
  if (undigested === 'too large' || size > LIMITS.bytes) return refused('KSN-ADOPT-005', `has ${size} bytes`);
  if ((mode & 0o6000) !== 0) return refused('KSN-ADOPT-007', `has mode ${formatMode(mode)}`);
  if (links > 1) return refused('KSN-ADOPT-008', `has ${links} names`);
  try {
    const bytes = await host.fs.read(path, LIMITS.bytes);
    if (digestOf(bytes) !== found.digest) return refused('KSN-ADOPT-012', 'was written to meanwhile');
    if (host.withSecrets) return { bytes };
    const what = holdsSecret(path, bytes);
    if (what !== null) return refused('KSN-ADOPT-009', `holds ${what}`);
    if ((mode & 0o004) === 0) return refused('KSN-ADOPT-010', `has mode ${formatMode(mode)}`);
    if (await isBehindClosedFolder(host.fs, path))
      return refused('KSN-ADOPT-010', 'lies in a folder that not everybody may enter');
    return { bytes };
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    return error.code === 'DENIED'
      ? refused('KSN-ADOPT-004', 'may not be read')
      : refused('KSN-ADOPT-012', `could not be read as it was seen: ${error.code}`);
  }
}

/** As a spec carries bytes: as text where a reader sees every character of it, else as base64. */
export function contentOf(bytes: Uint8Array): { readonly inline: string } | { readonly base64: string } {
  const inline = visibleText(bytes);
  return inline === null ? { base64: Buffer.from(bytes).toString('base64') } : { inline };
}

/** Null: no UTF-8, or characters in it that no editor shows. */
function visibleText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text) ? null : text;
  } catch {
    return null;
  }
}

function digestOf(bytes: Uint8Array): string {
  const digester = lookDigester();
  digester.update(bytes);
  return digester.finish();
}
