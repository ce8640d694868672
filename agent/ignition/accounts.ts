/** Users and groups of the root that is audited, with the fields that a config can say. */
import { textAt, type LookFs } from './look.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly gid: number;
  readonly members: readonly string[];
}

export interface AccountTables {
  readonly users: ReadonlyMap<string, User>;
  readonly groups: ReadonlyMap<string, Group>;
}

/** What ships with an image (nss-altfiles) comes after what is local. */
export async function readAccounts(fs: LookFs): Promise<AccountTables> {
  const users = new Map<string, User>();
  const groups = new Map<string, Group>();
  for (const folder of ['/etc', '/usr/lib']) {
    for (const [name = '', , uid, gid, gecos = '', home = '', shell = ''] of await lines(fs, `${folder}/passwd`))
      if (!users.has(name)) users.set(name, { uid: Number(uid), gid: Number(gid), gecos, home, shell });
    for (const [name = '', , gid, members = ''] of await lines(fs, `${folder}/group`))
      if (!groups.has(name)) groups.set(name, { gid: Number(gid), members: members.split(',').filter(Boolean) });
  }
  return { users, groups };
}

/** Password fields by name, as shadow(5) and gshadow(5) have them. */
export async function readPasswords(fs: LookFs, path: string): Promise<ReadonlyMap<string, string>> {
  return new Map((await lines(fs, path)).map(([name = '', password = '']) => [name, password]));
}

async function lines(fs: LookFs, path: string): Promise<readonly (readonly string[])[]> {
  const text = (await textAt(fs, path)) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^[+\-#]/u.test(line))
    .map((line) => line.split(':'));
}
