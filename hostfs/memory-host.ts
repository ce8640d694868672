/**
 * A host in memory: a disk with primitives that can be failed, crashed and meddled with. `rooted.ts` runs above
 * `host.primitives` as it does above the real ones.
 *
 *     const host = new MemoryHost();
 *     host.crashAt(17);
 *     await assert.rejects(work(await openRoot(host.primitives, { ids: 'as-is' })), CrashError);
 *     const after = host.crash(losesAll); // a new host with what was durable
 */
import { interpose, type PrimitiveCall } from './interpose.ts';
import { crashed, losesAll, type Choose } from './memory-crash.ts';
import { newDisk, save, type Disk } from './memory-inodes.ts';
import { MemoryPrimitives, type MemoryOptions } from './memory-primitives.ts';
import { MemoryWatches } from './memory-watches.ts';
import { ErrnoError, type Primitives } from './primitives.ts';

/** The simulated end of the process. Not an FsError: nothing may catch it and go on. */
export class CrashError extends Error {
  override readonly name = 'CrashError';
}

/** By default the process is root, and the disk is endless, with extended attributes and without labels. */
export interface MemoryHostOptions extends Partial<MemoryOptions> {
  /** Bytes of file content that fit. */
  readonly capacity?: number;
}

type Fault = (call: PrimitiveCall) => string | undefined;

/** Once crashed, every call fails with CrashError; `crash` gives the host that starts after it. */
export class MemoryHost {
  readonly primitives: Primitives;
  /** Called before every primitive; may change the disk through another handle on it. */
  onPrimitive: ((call: PrimitiveCall) => void) | undefined;
  readonly #disk: Disk;
  readonly #options: MemoryHostOptions;
  readonly #kernel: MemoryPrimitives;
  readonly #watches = new MemoryWatches();
  readonly #faults = new Set<Fault>();
  readonly #counts = new Map<string, number>();
  #calls = 0;
  #crashPoint: { readonly index: number; readonly when: 'before' | 'after' } | undefined;
  #dead = false;
  #meddling = false;

  constructor(options: MemoryHostOptions = {}, disk: Disk = emptyDisk(options)) {
    this.#options = options;
    this.#disk = disk;
    const { labels = 'absent', xattrs = true, uid = 0, gid = 0 } = options;
    this.#kernel = new MemoryPrimitives(disk, { labels, xattrs, uid, gid }, this.#watches);
    this.primitives = interpose(this.#kernel, {
      before: (call) => this.#before(call),
      after: (call) => this.#after(call),
    });
  }

  /** Primitives called so far: the crash points are 1…calls. */
  get calls(): number {
    return this.#calls;
  }

  /** The crash point was met, or `crash` was called. */
  get dead(): boolean {
    return this.#dead;
  }

  /** Calls by primitive. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Open handles and watches, for leak tests. */
  get open(): { readonly handles: number; readonly watches: number } {
    return { handles: this.#kernel.handles, watches: this.#watches.count };
  }

  /** The same disk without hooks, faults and crashes: somebody else on the host. */
  get outside(): Primitives {
    return this.#kernel;
  }

  /** Makes every primitive fail for which `fault` names an errno. Dispose to heal. */
  fail(fault: Fault): Disposable {
    this.#faults.add(fault);
    return { [Symbol.dispose]: () => void this.#faults.delete(fault) };
  }

  /**
   * The process dies at the `index`-th primitive (counted from the start of this host), before it takes effect or
   * after. From then on every primitive throws CrashError, so that clean-up code cannot act from the grave.
   */
  crashAt(index: number, when: 'before' | 'after' = 'before'): void {
    this.#crashPoint = { index, when };
  }

  /** A new host with what survives a power cut now (`losesNothing`: only the process died). */
  crash(choose: Choose = losesAll): MemoryHost {
    this.#dead = true;
    return new MemoryHost(this.#options, crashed(this.#disk, choose));
  }

  #before(call: PrimitiveCall): void {
    if (this.#dead) throw new CrashError(`dead before ${call.primitive} ${call.name}`);
    this.#calls += 1;
    this.#counts.set(call.primitive, (this.#counts.get(call.primitive) ?? 0) + 1);
    this.#crashIf(call, 'before');
    if (this.onPrimitive !== undefined && !this.#meddling) {
      this.#meddling = true;
      try {
        this.onPrimitive(call);
      } finally {
        this.#meddling = false;
      }
    }
    if (call.primitive !== 'close') this.#failIf(call);
  }

  #after(call: PrimitiveCall): void {
    if (this.#dead) throw new CrashError(`dead after ${call.primitive} ${call.name}`);
    this.#crashIf(call, 'after');
    // close(2) releases the descriptor also when it fails.
    if (call.primitive === 'close') this.#failIf(call);
  }

  #failIf(call: PrimitiveCall): void {
    for (const fault of this.#faults) {
      const errno = fault(call);
      if (errno !== undefined) throw new ErrnoError(errno, call.primitive, call.name);
    }
  }

  #crashIf(call: PrimitiveCall, when: 'before' | 'after'): void {
    if (this.#crashPoint?.when !== when || call.index !== this.#crashPoint.index) return;
    this.#dead = true;
    throw new CrashError(`crash ${when} ${call.primitive} ${call.name} (primitive ${call.index})`);
  }
}

/** A root folder that belongs to the process. */
function emptyDisk({ capacity = Number.MAX_SAFE_INTEGER, uid = 0, gid = 0 }: MemoryHostOptions): Disk {
  const disk = newDisk(capacity);
  disk.root.uid = uid;
  disk.root.gid = gid;
  disk.root.created = save(disk.root);
  return disk;
}
