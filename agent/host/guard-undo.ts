/** What a guard has to do, from the change that it guards: one call of a function of its script (guard-shell.ts). */
import { bug, type KeelsonError } from '../base/errors.ts';
import type { Accounts, Address, Change, Fingerprint } from '../resources/kind.ts';
import { hostError } from './errors.ts';

export interface PathUndo {
  readonly by: 'path';
  /** Absolute in the root. */
  readonly path: string;
  readonly call: 'put_file' | 'put_attributes' | 'put_link' | 'put_directory' | 'take_away';
  readonly words: readonly string[];
  /** First word of `put_file`: the file with the bytes: a pre-image, or a copy of what lies there now. */
  readonly bytes?: Fingerprint | 'as they are';
}

/** A kind that knows better says it by argv. */
export interface CommandUndo {
  readonly by: 'command';
  readonly argv: readonly string[];
}

export type Undo = PathUndo | CommandUndo;

type Fields = Readonly<Record<string, unknown>>;

/** @throws KSN-HOST-005: such a change must not be made under a guard. */
export function undoOf(change: Change<unknown>, accounts: Accounts): Undo {
  const { guard, address, claims } = change;
  if (guard === undefined) throw bug(`${address} has no guard`);
  if (guard.argv.length > 0) return { by: 'command', argv: guard.argv };
  const claim = claims.find((one) => one.startsWith('path:'));
  const path = (claim ?? address).replace(/^[^:]*:/, '');
  if (!path.startsWith('/')) throw impossible(address, 'its kind says neither a path nor a command that undoes it');
  return { by: 'path', path, ...callFor(change.from, change.to, address, accounts) };
}

function callFor(
  from: unknown,
  to: unknown,
  address: Address,
  accounts: Accounts,
): Pick<PathUndo, 'call' | 'words' | 'bytes'> {
  if (from === null) return { call: 'take_away', words: [] };
  const before = fieldsOf(from);
  switch (before['type']) {
    case 'link':
      return { call: 'put_link', words: [textOf(before, 'target', address), linkOwner(before)] };
    case 'directory':
      return { call: 'put_directory', words: attributesOf(before, address, accounts) };
    case 'file':
      return { ...fileCall(before, to, address), words: attributesOf(before, address, accounts) };
    default:
      throw impossible(address, 'what is there is no file, directory or link');
  }
}

/** As apply does it: the same bytes mean the same inode, so only its attributes go back. */
function fileCall(before: Fields, to: unknown, address: Address): Pick<PathUndo, 'call' | 'bytes'> {
  const after = fieldsOf(to);
  const content = textOf(before, 'content', address) as Fingerprint;
  if (after['type'] === 'file' && after['content'] === content) return { call: 'put_attributes' };
  if (before['unsaved'] === true) throw impossible(address, 'what it replaces is not kept (backup: none)');
  // Of a manifest the store has the Pod, not the bytes of the file.
  return { call: 'put_file', bytes: 'nonce' in before ? 'as they are' : content };
}

/** Owner, mode and label, as the functions of the script take them. */
function attributesOf(state: Fields, address: Address, accounts: Accounts): readonly string[] {
  const uid = idOf(textOf(state, 'owner', address), (name) => accounts.uid(name));
  const gid = idOf(textOf(state, 'group', address), (name) => accounts.gid(name));
  const mode = textOf(state, 'mode', address);
  if (uid === null || gid === null) throw impossible(address, 'the host does not know its owner or group');
  if (!/^[0-7]{3,4}$/.test(mode)) throw bug(`${address} has the mode ${mode}`);
  const label = state['label'];
  return [`${uid}:${gid}`, mode, typeof label === 'string' ? label : ''];
}

/** Only of a link that is not root's is it kept. */
function linkOwner({ uid = 0, gid = 0 }: Fields): string {
  return `${Number(uid)}:${Number(gid)}`;
}

function idOf(word: string, lookUp: (name: string) => number | null): number | null {
  return /^\d+$/.test(word) ? Number(word) : lookUp(word);
}

function textOf(state: Fields, field: string, address: Address): string {
  const text = state[field];
  if (typeof text !== 'string' || text === '') throw impossible(address, `nobody knows its ${field}`);
  return text;
}

function fieldsOf(state: unknown): Fields {
  return typeof state === 'object' && state !== null ? (state as Fields) : {};
}

function impossible(address: Address, why: string): KeelsonError {
  return hostError('KSN-HOST-005', `${address} cannot be undone without the agent: ${why}`, { element: address });
}
