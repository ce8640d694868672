/**
 * Synchronous system calls in a loop of awaits never let the event loop turn, since an await of a settled promise
 * is a microtask: an audit of thousands of files would hold up the health endpoint and the watchdog. This gives
 * the loop its turn after every slice of work.
 */
const sliceMs = 4;

/** Returns a function to await between pieces of work: undefined at once, or a promise after a slice. */
export function breather(): () => Promise<void> | undefined {
  let since = performance.now();
  let turn: Promise<void> | undefined;
  return () => {
    if (turn !== undefined) return turn;
    if (performance.now() - since < sliceMs) return undefined;
    turn = new Promise<void>((resolve) => {
      setImmediate(() => {
        since = performance.now();
        turn = undefined;
        resolve();
      });
    });
    return turn;
  };
}
