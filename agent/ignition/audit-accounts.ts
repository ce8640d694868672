/** Users, groups and SSH keys of a config against a host. Of passwords and keys nothing is shown but that they differ. */
import { counted } from '../base/words.ts';
import { readPasswords, type AccountTables, type User } from './accounts.ts';
import { MISSING, SAME, verdictOf, type Audited, type Difference } from './audited.ts';
import type { IgnitionGroup, IgnitionUser } from './config.ts';
import { inFlight } from './in-flight.ts';
import { isAudited, looked, textAt, type LookFs } from './look.ts';

interface AccountAudit {
  readonly fs: LookFs;
  readonly accounts: AccountTables;
}

/** Each user, and the keys of each that has some, in the order of the config. */
export async function auditUsers(users: readonly IgnitionUser[], audit: AccountAudit): Promise<readonly Audited[]> {
  return (await inFlight(users, (user) => auditUser(user, audit))).flat();
}

async function auditUser(user: IgnitionUser, { fs, accounts }: AccountAudit): Promise<readonly Audited[]> {
  const element = `user:${user.name}`;
  const found = accounts.users.get(user.name);
  if (user.shouldExist === false) return [absent(element, found !== undefined)];
  if (found === undefined) return [{ element, verdict: MISSING }];
  const what = fieldDifferences(user, found, accounts);
  const password = await passwordDifference(element, user, fs, '/etc/shadow');
  const judged: Audited =
    isAudited(password) && what.length === 0
      ? password
      : { element, verdict: verdictOf([...what, ...(isAudited(password) ? [] : password)]) };
  const keys = user.sshAuthorizedKeys ?? [];
  return keys.length === 0 ? [judged] : [judged, await auditKeys(user.name, keys, found.home, fs)];
}

function fieldDifferences(user: IgnitionUser, found: User, { groups }: AccountTables): readonly Difference[] {
  const fields = [
    ['uid', user.uid, found.uid],
    ['gecos', user.gecos || undefined, found.gecos],
    ['home', user.homeDir || undefined, found.home],
    ['shell', user.shell || undefined, found.shell],
    ['primary group', user.primaryGroup === undefined ? undefined : groupId(user.primaryGroup, groups), found.gid],
  ] as const;
  const what: Difference[] = fields
    .filter(([, wanted, is]) => wanted !== undefined && wanted !== is)
    .map(([name, wanted, is]) => ({ of: 'field', wanted: `${name} ${wanted}`, found: `${name} ${is}` }));
  const outside = (user.groups ?? []).filter((name) => groups.get(name)?.members.includes(user.name) !== true);
  if (outside.length > 0) what.push({ of: 'field', wanted: `member of ${outside.join(', ')}`, found: 'no member' });
  return what;
}

function groupId(name: string, groups: AccountTables['groups']): number | string {
  return groups.get(name)?.gid ?? (/^\d+$/u.test(name) ? Number(name) : name);
}

/** Each group, in the order of the config. */
export async function auditGroups(
  groups: readonly IgnitionGroup[],
  { fs, accounts }: AccountAudit,
): Promise<readonly Audited[]> {
  return await inFlight(groups, async (group): Promise<Audited> => {
    const element = `group:${group.name}`;
    const found = accounts.groups.get(group.name);
    if (group.shouldExist === false) return absent(element, found !== undefined);
    if (found === undefined) return { element, verdict: MISSING };
    const differs = group.gid !== undefined && group.gid !== found.gid;
    const what: readonly Difference[] = differs
      ? [{ of: 'field', wanted: `gid ${group.gid}`, found: `gid ${found.gid}` }]
      : [];
    const password = await passwordDifference(element, group, fs, '/etc/gshadow');
    if (isAudited(password)) return what.length > 0 ? { element, verdict: verdictOf(what) } : password;
    return { element, verdict: verdictOf([...what, ...password]) };
  });
}

async function passwordDifference(
  element: string,
  { name, passwordHash }: { readonly name: string; readonly passwordHash?: string },
  fs: LookFs,
  path: string,
): Promise<readonly Difference[] | Audited> {
  if (passwordHash === undefined) return [];
  const passwords = await looked(element, () => readPasswords(fs, path));
  if (isAudited(passwords)) return passwords;
  const wanted = passwordHash === '' ? '*' : passwordHash;
  return passwords.get(name) === wanted
    ? []
    : [{ of: 'field', wanted: 'the password of the config', found: 'another password' }];
}

/** Ignition writes a fragment of its own, or where it was built so, the one file that sshd knows by itself. */
async function auditKeys(name: string, keys: readonly string[], home: string, fs: LookFs): Promise<Audited> {
  const element = `ssh-keys:${name}`;
  const text = await looked(element, async () => {
    const fragment = await textAt(fs, `${home}/.ssh/authorized_keys.d/ignition`);
    return fragment ?? (await textAt(fs, `${home}/.ssh/authorized_keys`));
  });
  if (isAudited(text)) return text;
  if (text === null) return { element, verdict: MISSING };
  const there = new Set(linesOf(text));
  const wanted = new Set(keys.flatMap(linesOf));
  const lacking = [...wanted].filter((key) => !there.has(key)).length;
  const foreign = [...there].filter((key) => !wanted.has(key)).length;
  const words = [
    ...(lacking > 0 ? [`${counted(lacking, 'key')} lacking`] : []),
    ...(foreign > 0 ? [`${counted(foreign, 'key')} that the config does not have`] : []),
  ];
  const what: readonly Difference[] =
    words.length === 0 ? [] : [{ of: 'keys', wanted: counted(wanted.size, 'key'), found: words.join(', ') }];
  return { element, verdict: verdictOf(what) };
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function absent(element: string, isThere: boolean): Audited {
  const what: Difference = { of: 'presence', wanted: 'absent', found: 'there' };
  return { element, verdict: isThere ? verdictOf([what]) : SAME };
}
