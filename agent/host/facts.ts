/** The facts of this node, each from the plain file that says it. A fact that cannot be told is absent. */
import { hostname, machine } from 'node:os';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import type { ExpandContext } from '../resources/kind.ts';
import { primaryAddress } from './primary-address.ts';

type Facts = ExpandContext['facts'];

/** What comes from the running kernel and not from the root; in tests, whatever they say. */
export interface KernelFacts {
  hostname(): string;
  /** As `uname -m`: x86_64, aarch64. */
  machine(): string;
  primaryAddress(): Promise<string | null>;
}

export const kernelFacts: KernelFacts = { hostname, machine, primaryAddress: () => primaryAddress() };

const LARGEST_BYTES = 64 * 1024;

/** Its name, without asking for anything else; absent where nothing says one. */
export async function readHostname(
  fs: Pick<ReadFileSystem, 'lstat' | 'read'>,
  kernel: Pick<KernelFacts, 'hostname'> = kernelFacts,
): Promise<string | undefined> {
  return hostnameIn(await text(fs, '/etc/hostname')) ?? nonEmpty(kernel.hostname());
}

/** A file that is missing or makes no sense leaves its fact out; it is no failure. */
export async function readFacts(
  fs: Pick<ReadFileSystem, 'lstat' | 'read'>,
  kernel: KernelFacts = kernelFacts,
): Promise<Facts> {
  const [name, machineId, release, address] = await Promise.all([
    readHostname(fs, kernel),
    text(fs, '/etc/machine-id'),
    readOsRelease(fs),
    kernel.primaryAddress(),
  ]);
  return present({
    hostname: name,
    machineId: /^[0-9a-f]{32}$/.exec(machineId.trim())?.[0],
    architecture: nonEmpty(kernel.machine()),
    osId: release.get('ID'),
    osVersion: release.get('VERSION_ID'),
    primaryAddress: address ?? undefined,
  });
}

/** hostname(5): one line; comments and empty lines are ignored. */
function hostnameIn(content: string): string | undefined {
  const line = content.split('\n').find((each) => each.trim() !== '' && !each.startsWith('#'));
  return /^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/.exec(line?.trim() ?? '')?.[0];
}

/** os-release(5), by name; empty where it says nothing. The one in /etc is usually a link to the one in /usr/lib. */
export async function readOsRelease(fs: Pick<ReadFileSystem, 'lstat' | 'read'>): Promise<ReadonlyMap<string, string>> {
  const own = await text(fs, '/etc/os-release');
  return parseOsRelease(own === '' ? await text(fs, '/usr/lib/os-release') : own);
}

/** Assignments as a shell reads them, without expansions. */
export function parseOsRelease(content: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of content.split('\n')) {
    const match = /^([A-Z][A-Z0-9_]*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'\\;&|$`]*))\s*$/.exec(line.trim());
    if (match?.[1] === undefined) continue;
    const value = match[2]?.replaceAll(/\\([\\"$`])/g, '$1') ?? match[3] ?? match[4] ?? '';
    if (value !== '') values.set(match[1], value);
  }
  return values;
}

/** Empty where the file is absent, a link or unreadable. */
async function text(fs: Pick<ReadFileSystem, 'lstat' | 'read'>, path: string): Promise<string> {
  try {
    const entry = await fs.lstat(path);
    if (entry?.type !== 'file') return '';
    return Buffer.from(await fs.read(path, LARGEST_BYTES)).toString('utf8');
  } catch {
    return '';
  }
}

function nonEmpty(value: string): string | undefined {
  return value === '' ? undefined : value;
}

function present(facts: { readonly [K in keyof Facts]: string | undefined }): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
