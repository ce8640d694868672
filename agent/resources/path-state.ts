/** What can be at a path, as the kinds whose items are paths record and compare it: secret-free, bytes by fingerprint. */
import { formatSize } from '../base/units.ts';
import type { Fingerprint, State } from './kind.ts';

interface Attributed {
  /** Four octal digits: '0644'. */
  readonly mode: string;
  /** The name that the spec uses for this id, else the id in decimal; so equality is equality of strings. */
  readonly owner: string;
  readonly group: string;
  /** Full SELinux context, where known. */
  readonly label?: string;
}

/** A file; its size makes no difference where the content is the same. */
export interface FileState extends Attributed {
  readonly type: 'file';
  readonly content: Fingerprint;
  readonly size: number;
  /** These bytes were in nobody's store when they were replaced (`backup: none`): they cannot come back. */
  readonly unsaved?: true;
}

/** What is in the directory is no part of it. */
export interface DirectoryState extends Attributed {
  readonly type: 'directory';
}

/** The target as it is written, never what it leads to. */
export interface LinkState {
  readonly type: 'link';
  readonly target: string;
  /** Of a link that is not root's, to put it back so; no difference by itself. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Bytes of the largest file whose content is looked at: what is kept for an undo, and more than any spec writes. */
export const LARGEST_CONTENT = 16 * 1024 * 1024;

/**
 * A file beyond {@link LARGEST_CONTENT}: seen, never made. It can be nothing that is desired, so nobody reads it: a
 * sparse one of terabytes costs whoever makes it nothing, and whoever reads it days.
 */
export interface LargeState {
  readonly type: 'large';
  /** For people only: it may be growing, and no two looks need agree. */
  readonly size: number;
}

/** Devices, FIFOs, sockets: seen, never made. */
export interface OtherState {
  readonly type: 'other';
}

export type PathState = FileState | DirectoryState | LinkState | LargeState | OtherState;

/** What every kind of paths knows of an item. */
export interface PathSpec {
  readonly path: string;
  /** What is to be there. */
  readonly state: PathState;
  /** Overwrite without a way back. */
  readonly backup?: 'none';
}

/** Whether nothing would have to be changed: sizes, times and the owner of a link make no difference. */
export function samePath(a: State<PathState>, b: State<PathState>): boolean {
  if (a === null || b === null) return a === b;
  if (a.type === 'file') return b.type === 'file' && a.content === b.content && sameAttributes(a, b);
  if (a.type === 'directory') return b.type === 'directory' && sameAttributes(a, b);
  if (a.type === 'link') return b.type === 'link' && a.target === b.target;
  return b.type === a.type;
}

/** Whether going from one to the other touches nothing but attributes: the thing itself stays, hard links and all. */
export function keepsInode(from: State<PathState>, to: State<PathState>): boolean {
  if (from?.type === 'file') return to?.type === 'file' && from.content === to.content;
  return from?.type === 'directory' && to?.type === 'directory';
}

/** What may stand where only something beneath is asked for: whoever is not root does not say where that lies. */
export function servesAsDirectory(seen: State<PathState>): boolean {
  return seen?.type === 'directory' || (seen?.type === 'link' && (seen.uid ?? 0) === 0);
}

/**
 * How many system calls bring the attributes of one to those of the other: with more than one, a crash between them
 * leaves something that is neither.
 */
export function attributeSteps(from: FileState | DirectoryState, to: FileState | DirectoryState): number {
  const owner = from.owner !== to.owner || from.group !== to.group;
  // chown(2) clears setuid and setgid.
  const mode = from.mode !== to.mode || (owner && (permissionBits(from.mode) & 0o6000) !== 0);
  return Number(owner) + Number(mode) + Number(!sameLabel(from, to));
}

/** Content that not everybody on the host may read counts as secret. */
export function isSecret(state: FileState): boolean {
  return (permissionBits(state.mode) & 0o004) === 0;
}

/** What differs, in words that hold no content: 'content, mode 0644 → 0600'. Empty when nothing does. */
export function difference(from: State<PathState>, to: State<PathState>): string {
  if (samePath(from, to)) return '';
  if (from?.type === 'large' && to?.type === 'file') return `content (${formatSize(from.size)})`;
  if (from?.type === 'file' && to?.type === 'large') return `content (${formatSize(to.size)})`;
  if (from === null || to === null || from.type !== to.type) return `${typeWord(from)} → ${typeWord(to)}`;
  if (from.type === 'link') return to.type === 'link' ? `target ${from.target} → ${to.target}` : '';
  if (from.type === 'other' || from.type === 'large') return '';
  if (to.type === 'link' || to.type === 'other' || to.type === 'large') return '';
  const words: string[] = [];
  if (from.type === 'file' && to.type === 'file' && from.content !== to.content) words.push('content');
  if (from.mode !== to.mode) words.push(`mode ${from.mode} → ${to.mode}`);
  if (from.owner !== to.owner) words.push(`owner ${from.owner} → ${to.owner}`);
  if (from.group !== to.group) words.push(`group ${from.group} → ${to.group}`);
  if (!sameLabel(from, to)) words.push(`label ${from.label} → ${to.label}`);
  return words.join(', ');
}

function typeWord(state: State<PathState>): string {
  if (state === null) return 'absent';
  return state.type === 'large' ? `file (${formatSize(state.size)})` : state.type;
}

/** Octal, four digits: `0644`. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** Of what `formatMode` writes. */
export function permissionBits(mode: string): number {
  return Number.parseInt(mode, 8);
}

function sameAttributes(a: Attributed, b: Attributed): boolean {
  return a.mode === b.mode && a.owner === b.owner && a.group === b.group && sameLabel(a, b);
}

/** A label that one side does not know (no SELinux, or the spec leaves it to the policy) is no difference. */
function sameLabel(a: Attributed, b: Attributed): boolean {
  return a.label === undefined || b.label === undefined || a.label === b.label;
}
