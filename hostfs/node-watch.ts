/** fs.watch (inotify) on an open directory. */
import { watch } from 'node:fs';
import { decodeName } from './names.ts';
import type { DirectoryHandle, DirectoryWatch, DirectoryWatcher } from './primitives.ts';

/**
 * The watch is put on the inode behind the descriptor, so a swap of the path cannot misplace it. libuv reports an
 * event on the directory itself (moved, deleted) under the last part of the path that it was given, a number here;
 * a child may have the same name, so such events go both ways.
 */
export function watchDirectory(directory: DirectoryHandle, watcher: DirectoryWatcher): DirectoryWatch {
  const watching = watch(`/proc/self/fd/${directory}`, { encoding: 'buffer' }, (_kind, bytes) => {
    if (bytes === null) {
      watcher.changed(null);
      return;
    }
    const name = decodeName(bytes);
    watcher.changed(name);
    if (/^\d+$/.test(name)) watcher.changed(null);
  });
  watching.on('error', (error) => watcher.failed(error));
  return { close: () => watching.close() };
}
