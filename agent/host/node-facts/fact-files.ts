/** The files of /proc, /sys, /etc and /run as facts need them: one value a file, and absence is an answer. */
import { breather } from '../../../hostfs/breather.ts';
import type { ReadFileSystem } from '../../../hostfs/filesystem.ts';

/** /proc/cpuinfo of 1,024 processors takes 1.5 MB. */
const LARGEST_BYTES = 4 * 1024 * 1024;

export type FactRoot = Pick<ReadFileSystem, 'lstat' | 'list' | 'read'>;

/**
 * A large machine has thousands of these files, and reading one is a chain of synchronous calls: between two of them
 * the event loop has its turn. What is missing, is none of a kind that can be read, or refuses to be is absent: a file
 * of /sys answers EINVAL where a device has no such thing.
 */
export class FactFiles {
  readonly #fs: FactRoot;
  readonly #breathe = breather();

  constructor(fs: FactRoot) {
    this.#fs = fs;
  }

  /** Without blanks around it; undefined where nothing is said. */
  async text(path: string): Promise<string | undefined> {
    await this.#breathe();
    try {
      const text = Buffer.from(await this.#fs.read(path, LARGEST_BYTES)).toString('utf8');
      const said = text.replaceAll('\0', ' ').trim();
      return said === '' ? undefined : said;
    } catch {
      return undefined;
    }
  }

  /** A whole number; undefined for anything else, and for the -1 by which the kernel says that there is none. */
  async number(path: string): Promise<number | undefined> {
    const text = await this.text(path);
    return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
  }

  async flag(path: string): Promise<boolean | undefined> {
    const text = await this.text(path);
    return text === '1' ? true : text === '0' ? false : undefined;
  }

  /** Sorted; empty where there is no such folder. */
  async names(folder: string): Promise<readonly string[]> {
    await this.#breathe();
    try {
      return await this.#fs.list(folder);
    } catch {
      return [];
    }
  }

  /** What a link says. */
  async target(path: string): Promise<string | undefined> {
    await this.#breathe();
    try {
      return (await this.#fs.lstat(path))?.target;
    } catch {
      return undefined;
    }
  }

  /** The last name in what a link says: of a driver, a master. */
  async targetName(path: string): Promise<string | undefined> {
    return (await this.target(path))?.split('/').at(-1);
  }

  async exists(path: string): Promise<boolean> {
    return (await this.stamp(path)) !== undefined;
  }

  /** Another one when what is there was made or changed. */
  async stamp(path: string): Promise<string | undefined> {
    await this.#breathe();
    try {
      const entry = await this.#fs.lstat(path);
      return entry === null ? undefined : `${entry.device}:${entry.inode}:${entry.modifiedMs}`;
    } catch {
      return undefined;
    }
  }
}

/** `0-3,8` as numbers. Empty where it is no such list, or one of more than 65,536. */
export function listed(text: string): readonly number[] {
  const numbers: number[] = [];
  if (text === '') return numbers;
  for (const part of text.split(',')) {
    const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    if (from === undefined) return [];
    for (let each = Number(from); each <= Number(to); each += 1) numbers.push(each);
  }
  return numbers.length > 65_536 ? [] : numbers;
}

type Present<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> };

/** Without what is undefined: in a document, absent and undefined are one. */
export function present<T extends object>(facts: T): Partial<Present<T>> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Partial<Present<T>>;
}

/** Undefined where nothing in it is said. */
export function unlessEmpty<T extends object>(facts: T): T | undefined {
  return Object.keys(facts).length === 0 ? undefined : facts;
}
