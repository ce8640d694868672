/** `files: { /etc/x: { content: …, mode: … } }` */
import type { Reason } from '../../base/errors.ts';
import { sharedOf, parseMode } from '../../desired/shared-fields.ts';
import { pointerOf } from '../../desired/pointer.ts';
import { resourceError } from '../errors.ts';
import type { ExpandContext, Fingerprint, Item } from '../kind.ts';
import { pathClaim } from '../path-key.ts';
import { ownerFields, type RawOwner } from '../path-owner.ts';
import { formatMode, isSecret, type FileState, type PathSpec } from '../path-state.ts';

interface RawFile extends RawOwner {
  readonly content: { readonly inline?: string; readonly base64?: string };
  readonly mode?: string;
  readonly backup?: 'none';
}

export interface FileSpec extends PathSpec {
  readonly state: FileState;
}

type Section = Readonly<Record<string, unknown>>;

/** Content that the schema cannot judge: half characters, and base64 that is none. */
export function validateFiles(section: Section): readonly Reason[] {
  const reasons: Reason[] = [];
  for (const [path, raw] of Object.entries(section)) {
    const { inline, base64 } = (raw as RawFile).content;
    if (inline !== undefined && !inline.isWellFormed()) reasons.push(broken(path, 'inline', 'holds half a character'));
    if (base64 !== undefined && Buffer.from(base64, 'base64').toString('base64') !== base64)
      reasons.push(broken(path, 'base64', 'is not base64'));
  }
  return reasons;
}

function broken(path: string, field: string, words: string): Reason {
  return resourceError('KSN-FILE-021', `the content of ${path} ${words}`, {
    element: `file:${path}`,
    place: { pointer: pointerOf([path, 'content', field]) },
  }).toReason();
}

/** One item a file, owning its path; the bytes go along in `contents`. */
export function expandFiles(section: Section, context: ExpandContext): readonly Item<FileSpec>[] {
  return Object.entries(section).map(([path, raw]) => fileItem(path, raw as RawFile, context));
}

function fileItem(path: string, raw: RawFile, context: ExpandContext): Item<FileSpec> {
  const bytes =
    raw.content.base64 === undefined
      ? Buffer.from(raw.content.inline ?? '')
      : Buffer.from(raw.content.base64, 'base64');
  const content: Fingerprint = context.fingerprint(bytes);
  const shared = sharedOf(raw);
  const state: FileState = {
    type: 'file',
    content,
    size: bytes.length,
    mode: formatMode(parseMode(raw.mode ?? '0644') ?? 0o644),
    ...ownerFields(raw),
  };
  return {
    address: `file:${path}`,
    spec: {
      path,
      state,
      ...(raw.backup !== undefined && { backup: raw.backup }),
    },
    drift: shared.drift,
    claims: [pathClaim(path)],
    needs: shared.dependsOn,
    shared,
    contents: new Map([[content, bytes]]),
    ...(!isSecret(state) && { contentsArePublic: true as const }),
  };
}
