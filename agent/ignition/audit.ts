/** A config against a host: every part of it with a verdict. It only reads. */
import { readAccounts } from './accounts.ts';
import { auditGroups, auditUsers } from './audit-accounts.ts';
import { auditDirectory, auditFile, auditLink } from './audit-paths.ts';
import { auditUnits } from './audit-units.ts';
import { MISSING, SAME, unchecked, verdictOf, type Audited } from './audited.ts';
import type { IgnitionConfig } from './config.ts';
import { inFlight } from './in-flight.ts';
import { IGNITION_LIMITS } from './limits.ts';
import { isAudited, looked, type LookFs } from './look.ts';

export interface AuditHost {
  readonly fs: LookFs;
  /** /proc/cmdline of the kernel that runs the root; null where it runs none. */
  readonly commandLine: string | null;
}

/** In the order of the config's own sections. @throws what is no failure of the file system */
export async function auditConfig(config: IgnitionConfig, { fs, commandLine }: AuditHost): Promise<readonly Audited[]> {
  const { storage = {}, systemd = {}, passwd = {} } = config;
  const read = await looked('accounts', () => readAccounts(fs));
  const accounts = isAudited(read) ? { users: new Map<string, never>(), groups: new Map<string, never>() } : read;
  const audit = { fs, accounts, allowance: { bytes: IGNITION_LIMITS.allContentBytes } };
  const parts: readonly Promise<readonly Audited[]>[] = [
    Promise.resolve(laidOut(storage)),
    inFlight(storage.directories ?? [], (each) => auditDirectory(each, audit)),
    inFlight(storage.files ?? [], (each) => auditFile(each, audit)),
    inFlight(storage.links ?? [], (each) => auditLink(each, audit)),
    auditUnits(systemd.units ?? [], audit),
    isAudited(read) ? Promise.resolve(unread(config, read)) : auditUsers(passwd.users ?? [], audit),
    isAudited(read) ? Promise.resolve([]) : auditGroups(passwd.groups ?? [], audit),
    Promise.resolve(auditKernelArguments(config, commandLine)),
  ];
  return (await Promise.all(parts)).flat();
}

/** Disks are laid out before there is a system; what Ignition made of them is not written down anywhere. */
function laidOut(storage: NonNullable<IgnitionConfig['storage']>): readonly Audited[] {
  const names = [
    ...(storage.disks ?? []).map(({ device }) => `disk:${device}`),
    ...(storage.raid ?? []).map(({ name }) => `raid:${name}`),
    ...(storage.luks ?? []).map(({ name }) => `luks:${name}`),
    ...(storage.filesystems ?? []).map(({ device }) => `filesystem:${device}`),
  ];
  return names.map((name) => unchecked('KSN-IGN-011', name, 'how disks are laid out is not audited'));
}

function unread({ passwd = {} }: IgnitionConfig, { verdict }: Audited): readonly Audited[] {
  const names = [
    ...(passwd.users ?? []).map(({ name }) => `user:${name}`),
    ...(passwd.groups ?? []).map(({ name }) => `group:${name}`),
  ];
  return names.map((element) => ({ element, verdict }));
}

function auditKernelArguments(
  { kernelArguments = {} }: IgnitionConfig,
  commandLine: string | null,
): readonly Audited[] {
  const { shouldExist = [], shouldNotExist = [] } = kernelArguments;
  const there = new Set(commandLine?.trim().split(/\s+/u));
  const judged = (argument: string, wanted: boolean): Audited => {
    const element = `kernel-argument:${argument}`;
    if (commandLine === null) return unchecked('KSN-IGN-011', element, 'no kernel runs this root');
    const words = argument.trim().split(/\s+/u);
    const isThere = wanted ? words.every((word) => there.has(word)) : words.some((word) => there.has(word));
    if (isThere === wanted) return { element, verdict: SAME };
    return { element, verdict: wanted ? MISSING : verdictOf([{ of: 'presence', wanted: 'absent', found: 'there' }]) };
  };
  return [...shouldExist.map((each) => judged(each, true)), ...shouldNotExist.map((each) => judged(each, false))];
}
