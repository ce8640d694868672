import t from 'tap';
import { Directories } from '../../hostfs/directories.ts';
import { OwedSyncs } from '../../hostfs/owed-syncs.ts';
import type { DirectoryHandle, Primitives } from '../../hostfs/primitives.ts';

/** Directories that count from 1, syncs that end when they are told to, and what was closed. */
function slowDisk() {
  const syncs: { readonly handle: DirectoryHandle; end(): void }[] = [];
  const closed: DirectoryHandle[] = [];
  const paths = new Map<DirectoryHandle, string>();
  const opened = (path: string): DirectoryHandle => {
    const handle = (paths.size + 1) as DirectoryHandle;
    paths.set(handle, path);
    return handle;
  };
  const primitives = {
    openRoot: () => opened('/'),
    openDirectory: (at: DirectoryHandle, name: string) =>
      opened(`${paths.get(at) === '/' ? '' : paths.get(at)}/${name}`),
    lstat: () => ({ type: 'directory', uid: 0, mode: 0o755 }),
    fstat: (handle: DirectoryHandle) => ({ type: 'directory', device: 1, inode: handle }),
    locate: (handle: DirectoryHandle) => paths.get(handle) ?? null,
    sync(handle: DirectoryHandle) {
      const { promise, resolve } = Promise.withResolvers<void>();
      syncs.push({ handle, end: resolve });
      return promise;
    },
    close: (handle: DirectoryHandle) => void closed.push(handle),
  } as unknown as Primitives;
  return { primitives, syncs, closed };
}

t.test('two who pay for one directory: it stays open until both are done', async (t) => {
  const { primitives, syncs, closed } = slowDisk();
  using directories = new Directories(primitives);
  using owed = new OwedSyncs(primitives);
  {
    using directory = directories.open('/a');
    owed.owe(directory);
  }
  const first = owed.pay();
  const second = owed.pay();
  t.equal(syncs.length, 2);
  const [one, other] = syncs;
  one?.end();
  await first;
  directories.trim();
  t.notOk(closed.includes(other?.handle as DirectoryHandle), 'the other sync is still under way on it');
  other?.end();
  await second;
  directories.trim();
  t.ok(closed.includes(other?.handle as DirectoryHandle), 'and nobody holds it afterwards');
});
