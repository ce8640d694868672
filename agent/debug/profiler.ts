/** V8's own profilers, one at a time: two at once would measure each other. */
import type { Clock } from '../base/clock.ts';
import { debugError } from './errors.ts';

/** Bytes between two samples of the heap, on average. */
const HEAP_INTERVAL = 16 * 1024;

export class Profiler {
  readonly #clock: Clock;
  #busy = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A .cpuprofile. @throws KSN-DEBUG-006 */
  cpu(seconds: number, signal: AbortSignal): Promise<unknown> {
    return this.#alone(async (post) => {
      await post('Profiler.enable');
      await post('Profiler.start');
      await this.#clock.sleep(seconds * 1_000, signal);
      const { profile } = (await post('Profiler.stop')) as { readonly profile: unknown };
      return profile;
    });
  }

  /** A .heapprofile: functions, and how much of what they allocated is still there. @throws KSN-DEBUG-006 */
  heap(seconds: number, signal: AbortSignal): Promise<unknown> {
    return this.#alone(async (post) => {
      await post('HeapProfiler.startSampling', { samplingInterval: HEAP_INTERVAL });
      await this.#clock.sleep(seconds * 1_000, signal);
      const { profile } = (await post('HeapProfiler.stopSampling')) as { readonly profile: unknown };
      return profile;
    });
  }

  /** The session ends with the work, also where its reader went: nothing goes on measuring. */
  async #alone<T>(work: (post: (method: string, params?: object) => Promise<unknown>) => Promise<T>): Promise<T> {
    if (this.#busy) throw debugError('KSN-DEBUG-006', 'a profile is being taken');
    this.#busy = true;
    try {
      const { Session } = await import('node:inspector/promises');
      const session = new Session();
      session.connect();
      try {
        return await work((method, params) => session.post(method, params));
      } finally {
        session.disconnect();
      }
    } finally {
      this.#busy = false;
    }
  }
}
