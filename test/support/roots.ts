/** Roots for tests of whatever uses hostfs: a temporary folder, or a host in memory, of one shape. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLibc } from '../../hostfs/ffi.ts';
import type { Digester, FileSystem } from '../../hostfs/filesystem.ts';
import type { IdMapping } from '../../hostfs/ids.ts';
import { MemoryHost, type MemoryHostOptions } from '../../hostfs/memory-host.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import type { Primitives } from '../../hostfs/primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';

export interface Root extends AsyncDisposable {
  readonly fs: FileSystem & AsyncDisposable;
  /** The same root, for whoever is not us. */
  readonly outside: Primitives;
}

/** Ids that this process may give on a real file system. */
export const ownIds: IdMapping =
  process.getuid?.() === 0 ? 'as-is' : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'keelson-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export async function realRoot({ libc = loadLibc(), ids = ownIds } = {}): Promise<Root & { readonly path: string }> {
  const folder = temporaryFolder();
  const primitives = nodePrimitives({ root: folder.path, libc });
  const fs = await openRoot(primitives, { ids });
  return {
    fs,
    outside: primitives,
    path: folder.path,
    async [Symbol.asyncDispose]() {
      await fs[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

export async function memoryRoot(options: MemoryHostOptions = {}): Promise<Root & { readonly host: MemoryHost }> {
  const host = new MemoryHost(options);
  const fs = await openRoot(host.primitives, { ids: 'as-is' });
  return { fs, outside: host.outside, host, [Symbol.asyncDispose]: () => fs[Symbol.asyncDispose]() };
}

export function sha256(): Digester {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), finish: () => hash.digest('hex') };
}

export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
