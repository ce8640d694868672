/** Where the benchmarks write: a folder on a real disk, emptied at the end. */
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** linux/magic.h. What lives in memory has no fsync to wait for. */
const IN_MEMORY: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);

export class Ground implements Disposable {
  readonly path: string;

  /** Takes a folder of its own in `parent`, which may be missing. */
  constructor(parent: string) {
    mkdirSync(parent, { recursive: true });
    const inMemory = IN_MEMORY.get(statfsSync(parent).type);
    if (inMemory !== undefined) throw new Error(`${parent} is on ${inMemory}; benchmarks need a disk`);
    this.path = mkdtempSync(join(parent, 'run-'));
  }

  /** A new empty folder. */
  fresh(name: string): string {
    return mkdtempSync(join(this.path, `${name}-`));
  }

  /** Nothing that was written before is still on its way to the disk. */
  quiet(): void {
    spawnSync('sync', ['-f', this.path]);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
