/** Files, directories and links of a config against a host. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { formatSize } from '../base/units.ts';
import type { AuditEntry } from '../../hostfs/filesystem.ts';
import type { AccountTables } from './accounts.ts';
import { MISSING, unchecked, verdictOf, type Audited, type Difference } from './audited.ts';
import type { IgnitionDirectory, IgnitionFile, IgnitionLink, Named, PathNode } from './config.ts';
import { contentsOf, type Allowance, type ContentHash } from './contents.ts';
import { entryAt, isAudited, looked, type LookFs } from './look.ts';

export interface PathAudit {
  readonly fs: LookFs;
  readonly accounts: AccountTables;
  readonly allowance: Allowance;
}

/** What the content of a file must be. `ends`: what came before the appended part is nobody's word. */
type Wanted =
  | { readonly is: 'exactly'; readonly size: number | null; readonly hash: ContentHash }
  | { readonly is: 'ends'; readonly bytes: Uint8Array }
  | { readonly is: 'anything' };

/** Its type, content, mode and owner. */
export async function auditFile(file: IgnitionFile, audit: PathAudit): Promise<Audited> {
  const element = `file:${file.path}`;
  const wanted = wantedContent(file, element, audit.allowance);
  if (isAudited(wanted)) return wanted;
  const algorithm = wanted.is === 'exactly' ? wanted.hash.algorithm : 'sha256';
  const found = await looked(element, () => entryAt(audit.fs, file.path, algorithm));
  if (isAudited(found)) return found;
  if (found === null) return { element, verdict: MISSING };
  if (found.type !== 'file') return { element, verdict: verdictOf([otherType('file', found)]) };
  const content = await looked(element, () => contentDifference(wanted, found, audit.fs));
  if (isAudited(content)) return content;
  // Written by Ignition itself, so it has what a new file has; else it may have been there before.
  const isNew = file.contents?.source !== undefined || file.overwrite === true;
  return judged(element, file, found, { usual: 0o644, isNew }, content, audit.accounts);
}

/** Its type, mode and owner; what is in it is nobody's word. */
export async function auditDirectory(directory: IgnitionDirectory, audit: PathAudit): Promise<Audited> {
  const element = `directory:${directory.path}`;
  const found = await looked(element, () => entryAt(audit.fs, directory.path));
  if (isAudited(found)) return found;
  if (found === null) return { element, verdict: MISSING };
  if (found.type !== 'directory') return { element, verdict: verdictOf([otherType('directory', found)]) };
  return judged(element, directory, found, { usual: 0o755, isNew: directory.overwrite === true }, [], audit.accounts);
}

/** Its target; of a hard link that both are one file. */
export async function auditLink(link: IgnitionLink, audit: PathAudit): Promise<Audited> {
  const element = `link:${link.path}`;
  const target = link.target ?? '';
  const found = await looked(element, () => entryAt(audit.fs, link.path));
  if (isAudited(found)) return found;
  if (found === null) return { element, verdict: MISSING };
  if (link.hard === true) {
    const other = await looked(element, () => audit.fs.lstat(posix.join('/', target)));
    if (isAudited(other)) return other;
    const isSame = other !== null && other.inode === found.inode && other.device === found.device;
    const what: Difference = { of: 'target', wanted: `one file with ${target}`, found: 'a file of its own' };
    return { element, verdict: verdictOf(isSame ? [] : [what]) };
  }
  if (found.type !== 'link') return { element, verdict: verdictOf([otherType('link', found)]) };
  const differs = cleaned(found.target ?? '') !== cleaned(target);
  const what: readonly Difference[] = differs ? [{ of: 'target', wanted: target, found: found.target ?? '' }] : [];
  // Ignition gives a link that is told no owner the one of what it leads to; it means nothing.
  const owner = ownerDifferences(link, found, false, audit.accounts);
  return { element, verdict: verdictOf([...what, ...owner.sure]) };
}

function cleaned(target: string): string {
  return posix.normalize(target).replace(/(?<=.)\/$/u, '');
}

function wantedContent(
  { contents, append = [] }: IgnitionFile,
  element: string,
  allowance: Allowance,
): Wanted | Audited {
  const first = contents?.source === undefined ? null : contentsOf(contents, element, allowance);
  const parts: Uint8Array[] = [];
  for (const part of [
    ...(first === null ? [] : [first]),
    ...append.map((each) => contentsOf(each, element, allowance)),
  ]) {
    if ('broken' in part) return { element, verdict: { is: 'unchecked', why: part.broken } };
    if ('bytes' in part) parts.push(part.bytes);
    else if (part.hash !== null && part === first && append.length === 0)
      return { is: 'exactly', size: null, hash: part.hash };
    else return { element, verdict: { is: 'unchecked', why: part.elsewhere } };
  }
  const bytes = Buffer.concat(parts);
  if (first === null) return append.length === 0 ? { is: 'anything' } : { is: 'ends', bytes };
  const hex = createHash('sha256').update(bytes).digest('hex');
  return { is: 'exactly', size: bytes.length, hash: { algorithm: 'sha256', hex } };
}

async function contentDifference(
  wanted: Wanted,
  found: AuditEntry,
  fs: LookFs,
): Promise<readonly Difference[] | Audited> {
  if (wanted.is === 'anything') return [];
  const element = `file:${found.path}`;
  if (found.undigested === 'denied') return unchecked('KSN-IGN-012', element, 'its content may not be read');
  const size = formatSize(found.size);
  if (found.undigested === 'too large')
    return [{ of: 'content', wanted: 'content that a config can bring', found: size }];
  if (wanted.is === 'ends') {
    const bytes = await fs.read(found.path, Math.max(1, found.size));
    const ends = Buffer.from(bytes).subarray(-wanted.bytes.length).equals(wanted.bytes) || wanted.bytes.length === 0;
    const words = `an end of ${formatSize(wanted.bytes.length)} that was appended`;
    return ends ? [] : [{ of: 'content', wanted: words, found: `another end, of ${size} in all` }];
  }
  if (found.digest === wanted.hash.hex) return [];
  const words = wanted.size === null ? 'the content of the verification hash' : formatSize(wanted.size);
  return [{ of: 'content', wanted: words, found: found.size === wanted.size ? `${size}, other bytes` : size }];
}

/** Mode and owner: what the config says, else what a new thing has; of what may be older nothing is known. */
function judged(
  element: string,
  node: PathNode & { readonly mode?: number },
  found: AuditEntry,
  { usual, isNew }: { readonly usual: number; readonly isNew: boolean },
  before: readonly Difference[],
  accounts: AccountTables,
): Audited {
  const owner = ownerDifferences(node, found, isNew, accounts);
  const mode = node.mode ?? usual;
  const differs: readonly Difference[] =
    found.mode === mode ? [] : [{ of: 'mode', wanted: octal(mode), found: octal(found.mode) }];
  const isSure = isNew || node.mode !== undefined;
  const what = [...before, ...(isSure ? differs : []), ...owner.sure];
  const unsure = [...(isSure ? [] : differs), ...owner.unsure];
  const first = unsure[0];
  if (what.length > 0 || first === undefined) return { element, verdict: verdictOf(what) };
  const words = unsure.map(({ of, wanted, found: is }) => `its ${of} is ${is}, a new one has ${wanted}`).join('; ');
  return unchecked('KSN-IGN-013', element, words);
}

interface OwnerDifferences {
  readonly sure: readonly Difference[];
  readonly unsure: readonly Difference[];
}

function ownerDifferences(
  { user, group }: PathNode,
  found: AuditEntry,
  isNew: boolean,
  { users, groups }: AccountTables,
): OwnerDifferences {
  const sure: Difference[] = [];
  const unsure: Difference[] = [];
  const kinds = [
    { named: user, found: found.uid, idOf: (name: string) => users.get(name)?.uid, word: 'user' },
    { named: group, found: found.gid, idOf: (name: string) => groups.get(name)?.gid, word: 'group' },
  ];
  for (const { named, found: id, idOf, word } of kinds) {
    const isSaid = named?.id !== undefined || (named?.name ?? '') !== '';
    const wanted = isSaid ? idFor(named ?? {}, idOf) : 0;
    const words = `${word} ${named?.name ?? wanted}`;
    if (wanted === undefined) sure.push({ of: 'owner', wanted: words, found: `no such ${word}; ${word} ${id}` });
    else if (wanted !== id)
      (isSaid || isNew ? sure : unsure).push({ of: 'owner', wanted: words, found: `${word} ${id}` });
  }
  return { sure, unsure };
}

function idFor({ id, name = '' }: Named, idOf: (name: string) => number | undefined): number | undefined {
  return id ?? idOf(name);
}

function otherType(wanted: 'file' | 'directory' | 'link', { type }: AuditEntry): Difference {
  return { of: 'type', wanted, found: type };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
