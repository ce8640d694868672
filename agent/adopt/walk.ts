/** What is at some paths of a host and beneath them, as resources: each entry is offered to the kinds in turn. Never writes. */
import type { Reason } from '../base/errors.ts';
import { counted } from '../base/words.ts';
import { LIMITS } from '../desired/limits.ts';
import { formatSize } from '../base/units.ts';
import { adoptError, adoptReason, type AdoptCode } from '../resources/adopt-errors.ts';
import { lookDigester } from '../resources/path-adopt.ts';
import type { AdoptHost, Adopted, AnyKind, KindName } from '../resources/kind.ts';
import { isInside, pathRefusal, PROTECTED_FOLDERS, type LocalPolicy } from '../verify/local-policy.ts';
import { FsError } from '../../hostfs/errors.ts';
import type { AuditEntry } from '../../hostfs/filesystem.ts';
import { joinPath } from '../../hostfs/path.ts';

export interface WalkOptions {
  readonly kinds: readonly AnyKind[];
  readonly host: AdoptHost;
  /** Of this host: what it keeps from specs need not be offered. */
  readonly policy: LocalPolicy;
  readonly excluded: (path: string) => boolean;
  readonly signal: AbortSignal;
}

export type Sections = Readonly<Record<KindName, Readonly<Record<string, unknown>>>>;

/** What was found: resources by section and key, and what stays outside, each with its reason. */
export interface Haul {
  readonly sections: Sections;
  readonly leftOut: readonly Reason[];
}

/**
 * Paths absolute in the root. A directory stands for itself and what is in it; links are never followed and mounts
 * never entered. @throws KSN-ADOPT-014 where it becomes more than one spec may hold
 */
export async function gather(paths: readonly string[], options: WalkOptions): Promise<Haul> {
  const walk = new Walk(options);
  for (const path of paths) await walk.visit(path, null);
  return walk.haul;
}

/** The three that take most: what leaving out would help. */
export function largestOf(sizes: readonly (readonly [name: string, bytes: number])[]): string {
  const largest = sizes.toSorted((a, b) => b[1] - a[1]).slice(0, 3);
  return `the largest are ${largest.map(([name, bytes]) => `${name} (${formatSize(bytes)})`).join(', ')}`;
}

class Walk {
  readonly #options: WalkOptions;
  readonly #seen = new Set<string>();
  readonly #sections: Record<KindName, Record<string, unknown>> = {};
  readonly #leftOut: Reason[] = [];
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  get haul(): Haul {
    return { sections: this.#sections, leftOut: this.#leftOut };
  }

  /** `device`: of the directory that it was found in; null for a path that was named. */
  async visit(path: string, device: number | null): Promise<void> {
    const { host, policy, signal, excluded } = this.#options;
    signal.throwIfAborted();
    if (this.#seen.has(path) || excluded(path)) return;
    this.#seen.add(path);
    if (!path.isWellFormed()) return this.#leave('KSN-ADOPT-013', path, 'has a name that is no UTF-8');
    const kept = [...PROTECTED_FOLDERS, ...policy.paths.deny].find((folder) => isInside(path, folder));
    if (kept !== undefined) return this.#leave('KSN-ADOPT-002', path, `lies in ${kept}, which is kept from specs`);
    const found = await this.#look(path, () => host.fs.audit(path, lookDigester, { largest: LIMITS.bytes, signal }));
    if (found === undefined) return;
    // What goes while its folder is walked was no more than passing.
    if (found === null) return device === null ? this.#leave('KSN-ADOPT-001', path, 'is not there') : undefined;
    if (device !== null && found.device !== device)
      return this.#leave('KSN-ADOPT-011', path, 'is where another file system is mounted');
    await this.#take(found);
    if (found.type !== 'directory') return;
    for (const name of (await this.#look(path, () => host.fs.list(path))) ?? [])
      await this.visit(joinPath(path, name), found.device);
  }

  async #take(found: AuditEntry): Promise<void> {
    const { kinds, host, policy, signal } = this.#options;
    const { path, type, xattrs } = found;
    const refusal = pathRefusal(path, policy);
    if (refusal !== null) {
      // Of a directory on the way there was no question.
      if (type !== 'directory') this.#leave('KSN-ADOPT-002', path, refusal);
      return;
    }
    if (type === 'other') return this.#leave('KSN-ADOPT-003', path, 'is a device, FIFO or socket');
    if (xattrs !== undefined) return this.#leave('KSN-ADOPT-006', path, `has ${Object.keys(xattrs).join(', ')}`);
    for (const kind of kinds.toReversed()) {
      const adopted: Adopted | null = (await kind.adopt?.(found, host, signal)) ?? null;
      if (adopted === null) continue;
      if ('refused' in adopted) this.#leftOut.push(adopted.refused);
      else this.#keep(kind.name, adopted.resources, found);
      return;
    }
    this.#leave('KSN-ADOPT-003', path, 'is of no kind that a spec can have');
  }

  #keep(kind: KindName, resources: Readonly<Record<string, unknown>>, { path, size }: AuditEntry): void {
    Object.assign((this.#sections[kind] ??= {}), resources);
    this.#sizes.set(path, size);
    this.#bytes += size;
    if (this.#sizes.size <= LIMITS.resources && this.#bytes <= LIMITS.bytes) return;
    throw adoptError(
      'KSN-ADOPT-014',
      `${counted(this.#sizes.size, 'resource')} of ${Math.ceil(this.#bytes / 1024)} KiB by ${path}; ${largestOf([...this.#sizes])}`,
      { element: path },
    );
  }

  /** Undefined: it cannot be looked at, and that is noted. */
  async #look<T>(path: string, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof FsError)) throw error;
      this.#leave('KSN-ADOPT-004', path, `cannot be looked at: ${error.message}`);
      return undefined;
    }
  }

  #leave(code: AdoptCode, path: string, words: string): void {
    this.#leftOut.push(adoptReason(code, path, words));
  }
}
