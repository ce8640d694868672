/**
 * The texts behind a change, for people who look at a plan: what is on the host, and what the spec carries.
 * Content that not everybody on the host may read is secret and is never shown, nor counted: by the file's own mode, or
 * by that of a folder on the way to it, now or as the plan will leave it.
 */
import { redactText } from '../base/redact-text.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import type { Preview } from '../plan/preview.ts';
import type { AnyKind, Draft, Fingerprint } from '../resources/kind.ts';
import { isBehindClosedFolder, isClosedFolder } from '../resources/closed-folders.ts';
import { isSecret, type FileState } from '../resources/path-state.ts';
import { diffLines, type LineDiff } from './line-diff.ts';

export interface FileTextsOptions {
  readonly fs: Pick<ReadFileSystem, 'read' | 'lstat'>;
  /** Bytes that a loaded spec carries. */
  readonly content: (fingerprint: Fingerprint) => Uint8Array | undefined;
  /** Asked for the parts in which their content differs. */
  readonly kinds: readonly Pick<AnyKind, 'name' | 'summarize'>[];
}

const largestText = 256 * 1024;
const prefix = 'file:';
const folderPrefix = 'directory:';
const claimPrefix = 'path:';

/** What cannot be shown, for whatever reason, is null and never an error. */
export class FileTexts {
  readonly #options: FileTextsOptions;

  constructor(options: FileTextsOptions) {
    this.#options = options;
  }

  /** Null: no file, a secret, no text, or nothing of the content changes. `plan`: what the draft is part of. */
  async diff(draft: Draft<unknown>, { waves }: Pick<Preview, 'waves'>): Promise<LineDiff | null> {
    const { address } = draft;
    const from = fileOf(draft.from);
    const to = fileOf(draft.to);
    if (!address.startsWith(prefix) || from === null || to === null || from.content === to.content) return null;
    if (isSecret(from) || isSecret(to)) return null;
    const path = address.slice(prefix.length);
    if (closesAbove(path, waves) || (await isBehindClosedFolder(this.#options.fs, path))) return null;
    const after = textOf(this.#options.content(to.content));
    const before = textOf(await this.#options.fs.read(path, largestText).catch(() => undefined));
    return before === null || after === null ? null : diffLines(before, after);
  }

  /** The same plan, in which "content" says how many lines come and go, or which parts change. */
  async count(preview: Preview): Promise<Preview> {
    const counted = async (draft: Draft<unknown>): Promise<Draft<unknown>> => {
      const parts = await this.#inParts(draft);
      if (parts !== null) return { ...draft, summary: parts };
      const diff = await this.diff(draft, preview);
      if (diff === null) return draft;
      return { ...draft, summary: draft.summary.replace(/^content\b/u, `+${diff.added} -${diff.removed}`) };
    };
    const waves = await Promise.all(preview.waves.map((wave) => Promise.all(wave.map(counted))));
    return { ...preview, waves };
  }

  /** Null: the kind has no words for it. Parts are no content: they are told of what not everybody may read as well. */
  async #inParts(draft: Draft<unknown>): Promise<string | null> {
    const kind = this.#options.kinds.find(({ name }) => name === draft.kind);
    const [from, to, path] = [fileOf(draft.from), fileOf(draft.to), pathOf(draft)];
    if (kind?.summarize === undefined || from === null || to === null || path === undefined) return null;
    const wanted = this.#options.content(to.content);
    const seen = await this.#options.fs.read(path, largestText).catch(() => undefined);
    return seen === undefined || wanted === undefined ? null : kind.summarize(draft, seen, wanted);
  }
}

function pathOf(draft: Draft<unknown>): string | undefined {
  return draft.claims.find((claim) => claim.startsWith(claimPrefix))?.slice(claimPrefix.length);
}

function closesAbove(path: string, waves: Preview['waves']): boolean {
  return waves.flat().some(({ address, to }) => {
    const at = address.startsWith(folderPrefix) ? address.slice(folderPrefix.length) : null;
    return at !== null && path.startsWith(`${at}/`) && isClosedFolder(to);
  });
}

/** The lines of a diff; what looks like a secret in them is hidden all the same. */
export function diffText({ lines }: LineDiff): string {
  return redactText(lines.join('\n'));
}

function fileOf(state: unknown): FileState | null {
  return typeof state === 'object' && state !== null && 'type' in state && state.type === 'file'
    ? (state as FileState)
    : null;
}

function textOf(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined || bytes.length > largestText || bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
