/** Owners by name or number: the spec's words to ids, and ids back to the words that the spec uses for them. */
import type { Attributes } from '../../hostfs/filesystem.ts';
import { resourceError } from './errors.ts';
import type { Accounts, Address, State } from './kind.ts';
import { permissionBits, type DirectoryState, type FileState, type PathState } from './path-state.ts';

export interface Names {
  readonly owners: readonly string[];
  readonly groups: readonly string[];
}

/** The names by which these states call their owners: candidates for what an id on disk is called. */
export function namesIn(states: readonly State<PathState>[]): Names {
  const attributed = states.filter((state) => state?.type === 'file' || state?.type === 'directory');
  return {
    owners: attributed.map((state) => state.owner).filter(isName),
    groups: attributed.map((state) => state.group).filter(isName),
  };
}

export function ownerOf(uid: number, names: Names, accounts: Accounts): string {
  return names.owners.find((name) => accounts.uid(name) === uid) ?? String(uid);
}

export function groupOf(gid: number, names: Names, accounts: Accounts): string {
  return names.groups.find((name) => accounts.gid(name) === gid) ?? String(gid);
}

/** What the file system is told. @throws KSN-FILE-001 for a name that the host does not know. */
export function attributesOf(state: FileState | DirectoryState, accounts: Accounts, address: Address): Attributes {
  return {
    mode: permissionBits(state.mode),
    uid: idOf('user', state.owner, (name) => accounts.uid(name), address),
    gid: idOf('group', state.group, (name) => accounts.gid(name), address),
    ...(state.label !== undefined && { label: state.label }),
  };
}

function idOf(what: 'user' | 'group', word: string, lookUp: (name: string) => number | null, address: Address): number {
  const id = isName(word) ? lookUp(word) : Number(word);
  if (id !== null) return id;
  throw resourceError('KSN-FILE-001', `${address}: the host has no ${what} '${word}'`, {
    element: address,
    remedy: `Create the ${what} '${word}' in the image (sysusers.d), or write its number instead.`,
  });
}

function isName(word: string): boolean {
  return !/^\d+$/.test(word);
}
