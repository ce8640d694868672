import type { Clock } from './clock.ts';

/** setTimeout overflows beyond 2^31 - 1 ms (24.8 days) and would fire at once: longer sleeps are chained. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The host's clocks. Sleeps hold the process alive until they end or are aborted. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    return new Promise<void>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const due = performance.now() + ms;
      let cancel: () => void;
      const finish = (): void => {
        signal?.removeEventListener('abort', abandon);
        resolve();
      };
      const abandon = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const arm = (left: number): void => {
        if (left <= 0) {
          const immediate = setImmediate(finish);
          cancel = () => clearImmediate(immediate);
          return;
        }
        const last = left <= LONGEST_TIMER_MS;
        const timer = setTimeout(
          () => (last ? finish() : arm(due - performance.now())),
          Math.min(left, LONGEST_TIMER_MS),
        );
        cancel = () => clearTimeout(timer);
      };
      signal?.addEventListener('abort', abandon, { once: true });
      arm(ms);
    });
  },
};
