/** Owners by name or number: the spec's words to ids, and ids back to the words that the spec uses for them. */
import type { Attributes } from '../../hostfs/filesystem.ts';
import { resourceError } from './errors.ts';
import type { Accounts, Address, State } from './kind.ts';
import { permissionBits, type DirectoryState, type FileState, type PathState } from './path-state.ts';

/** As a spec writes it: a name or a number, and a label of SELinux. */
export interface RawOwner {
  readonly owner?: string | number;
  readonly group?: string | number;
  readonly label?: string;
}

/** The same as the states of paths have it. */
export function ownerFields({ owner = 0, group = 0, label }: RawOwner): {
  readonly owner: string;
  readonly group: string;
  readonly label?: string;
} {
  return { owner: plain(owner), group: plain(group), ...(label !== undefined && { label: contextOf(label) }) };
}

/** '007' and 7 are one user. */
function plain(id: string | number): string {
  return typeof id === 'string' && /^\d+$/.test(id) ? String(Number(id)) : String(id);
}

function contextOf(label: string): string {
  return label.includes(':') ? label : `system_u:object_r:${label}:s0`;
}

/** The words for owners that some states use, the ones to prefer first. */
export interface Words {
  readonly owners: readonly string[];
  readonly groups: readonly string[];
}

/** The words that these states have for owners: an id that is seen is called as they call it. */
export function wordsOf(...states: readonly (State<PathState> | undefined)[]): Words {
  const attributed = states.filter((state) => state?.type === 'file' || state?.type === 'directory');
  return { owners: attributed.map((state) => state.owner), groups: attributed.map((state) => state.group) };
}

/** The word for this id: the first that means it, else the number. */
export function ownerOf(uid: number, words: Words, accounts: Accounts): string {
  return words.owners.find((word) => idOf(word, (name) => accounts.uid(name)) === uid) ?? String(uid);
}

/** The word that means this id, if one of them does; the number otherwise. */
export function groupOf(gid: number, words: Words, accounts: Accounts): string {
  return words.groups.find((word) => idOf(word, (name) => accounts.gid(name)) === gid) ?? String(gid);
}

/** What the file system is told. @throws KSN-FILE-001 for a name that the host does not know. */
export function attributesOf(state: FileState | DirectoryState, accounts: Accounts, address: Address): Attributes {
  return {
    mode: permissionBits(state.mode),
    uid: known(
      'user',
      state.owner,
      idOf(state.owner, (name) => accounts.uid(name)),
      address,
    ),
    gid: known(
      'group',
      state.group,
      idOf(state.group, (name) => accounts.gid(name)),
      address,
    ),
    ...(state.label !== undefined && { label: state.label }),
  };
}

function idOf(word: string, lookUp: (name: string) => number | null): number | null {
  return /^\d+$/.test(word) ? Number(word) : lookUp(word);
}

function known(what: 'user' | 'group', word: string, id: number | null, address: Address): number {
  if (id !== null) return id;
  throw resourceError('KSN-FILE-001', `${address}: the host has no ${what} '${word}'`, {
    element: address,
    remedy: `Create the ${what} '${word}' in the image (sysusers.d), or write its number instead.`,
  });
}
