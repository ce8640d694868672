/**
 * Watches what a machine's primitives do to its disk: everything outside the agent's own folder, and whether an
 * intent that names it was durable in the journal before. It may also make primitives fail, so that it knows which
 * took effect.
 */
import { baseName, joinPath, parentPath, partsOf } from '../../hostfs/path.ts';
import type { Primitives } from '../../hostfs/primitives.ts';
import type { PrimitiveCall } from '../../hostfs/interpose.ts';
import type { MemoryHost } from '../../hostfs/memory-host.ts';
import { scanFrames } from '../../agent/apply/frames.ts';
import type { JournalRecord } from '../../agent/apply/records.ts';

const STATE = '/var/lib/keelson';
const JOURNAL = `${STATE}/journal`;
const MUTATING: ReadonlySet<string> = new Set([
  'createFile',
  'write',
  'setOwner',
  'setMode',
  'setLinkOwner',
  'setXattr',
  'createDirectory',
  'createLink',
  'rename',
  'renameNew',
  'unlink',
  'rmdir',
]);

export class IntentWatch implements Disposable {
  /** `primitive path` of what changed the host: neither the agent's own folder nor temporaries. */
  readonly mutations: string[] = [];
  /** Those that no durable intent of an open transaction named. */
  readonly unannounced: string[] = [];
  readonly #undo: Disposable;
  readonly #fail: (call: PrimitiveCall) => string | undefined;
  /** Files of the agent's folder by path: what was written, and what of it was synced. */
  readonly #written = new Map<string, Uint8Array>();
  readonly #synced = new Map<string, Uint8Array>();
  #folderOwed = false;
  #read: { readonly bytes: Uint8Array; readonly announced: ReadonlySet<string> } | null = null;

  constructor(machine: MemoryHost, fail: (call: PrimitiveCall) => string | undefined = () => undefined) {
    this.#fail = fail;
    const journal = readPast(machine.outside, JOURNAL);
    if (journal !== null) {
      this.#written.set(JOURNAL, journal);
      this.#synced.set(JOURNAL, journal);
    }
    this.#undo = machine.fail((call) => this.#see(call));
  }

  [Symbol.dispose](): void {
    this.#undo[Symbol.dispose]();
  }

  #see(call: PrimitiveCall): string | undefined {
    const errno = this.#fail(call);
    if (errno === undefined) this.#happened(call);
    return errno;
  }

  #happened(call: PrimitiveCall): void {
    const { primitive, path, args } = call;
    if (path === STATE || path.startsWith(`${STATE}/`)) return this.#own(call);
    if (!MUTATING.has(primitive)) return;
    const target = primitive.startsWith('rename') ? joinPath(parentPath(path), String(args[3])) : path;
    if (isTemporary(target)) return;
    if (target === STATE || STATE.startsWith(`${target}/`)) return;
    this.mutations.push(`${primitive} ${target}`);
    if (!this.#announced().has(target)) this.unannounced.push(`${primitive} ${target}`);
  }

  #own({ primitive, path, args }: PrimitiveCall): void {
    if (primitive === 'createFile') {
      this.#written.set(path, new Uint8Array(0));
      this.#synced.delete(path);
    } else if (primitive === 'write') this.#write(path, args[1] as Uint8Array, args[2] as number);
    else if (primitive === 'rename') this.#rename(path, joinPath(parentPath(path), String(args[3])));
    else if (primitive === 'sync' || primitive === 'syncData') {
      if (path === STATE) this.#folderOwed = false;
      else this.#synced.set(path, this.#written.get(path) ?? new Uint8Array(0));
    }
  }

  #write(path: string, bytes: Uint8Array, offset: number): void {
    const before = this.#written.get(path) ?? new Uint8Array(0);
    const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
    after.set(before);
    after.set(bytes, offset);
    this.#written.set(path, after);
  }

  #rename(from: string, to: string): void {
    for (const files of [this.#written, this.#synced]) {
      const bytes = files.get(from);
      files.delete(from);
      if (bytes === undefined) files.delete(to);
      else files.set(to, bytes);
    }
    if (to === JOURNAL) this.#folderOwed = true;
  }

  /** Paths that durable intents of open transactions name. */
  #announced(): ReadonlySet<string> {
    const bytes = this.#synced.get(JOURNAL);
    if (bytes === undefined || this.#folderOwed) return new Set();
    if (this.#read?.bytes !== bytes) this.#read = { bytes, announced: announcedBy(bytes) };
    return this.#read.announced;
  }
}

/** The content of a file, read past whoever watches the machine; null where there is none. */
export function readPast(outside: Primitives, path: string): Uint8Array | null {
  let folder = outside.openRoot();
  try {
    for (const part of partsOf(parentPath(path))) {
      if (outside.lstat(folder, part)?.type !== 'directory') return null;
      const inner = outside.openDirectory(folder, part);
      outside.close(folder);
      folder = inner;
    }
    const stat = outside.lstat(folder, baseName(path));
    if (stat?.type !== 'file') return null;
    const file = outside.openFile(folder, baseName(path), 'read');
    const bytes = new Uint8Array(stat.size);
    // The twin reads at once.
    void outside.read(file, bytes, 0);
    outside.close(file);
    return bytes;
  } finally {
    outside.close(folder);
  }
}

function announcedBy(journal: Uint8Array): ReadonlySet<string> {
  const open = new Map<string, string[]>();
  for (const { payload } of scanFrames(journal).frames) {
    for (const record of JSON.parse(Buffer.from(payload).toString()) as JournalRecord[]) {
      if (record.t === 'open') open.set(record.tx, []);
      else if (record.t === 'close') open.delete(record.tx);
      else if (record.t === 'intent')
        for (const { claims } of record.changes)
          open.get(record.tx)?.push(...claims.map((claim) => claim.slice('path:'.length)));
    }
  }
  return new Set([...open.values()].flat());
}

function isTemporary(path: string): boolean {
  return /\/\.(keelson-[^/]*~|(var|lib|keelson)\.new)$/.test(path);
}
