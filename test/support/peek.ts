/** What a path of a machine in memory holds at this very instant, from inside a primitive too. */
import type { MemoryHost } from '../../hostfs/memory-host.ts';

/** Null: no such file. */
export function peek({ outside }: MemoryHost, path: string): string | null {
  const segments = path.split('/').slice(1);
  const name = segments.pop() ?? '';
  let folder = outside.openRoot();
  for (const segment of segments) {
    const inner = outside.lstat(folder, segment)?.type === 'directory' ? outside.openDirectory(folder, segment) : null;
    outside.close(folder);
    if (inner === null) return null;
    folder = inner;
  }
  const stat = outside.lstat(folder, name);
  if (stat?.type !== 'file') {
    outside.close(folder);
    return null;
  }
  const file = outside.openFile(folder, name, 'read');
  const bytes = new Uint8Array(stat.size);
  void outside.read(file, bytes, 0);
  outside.close(file);
  outside.close(folder);
  return Buffer.from(bytes).toString();
}
