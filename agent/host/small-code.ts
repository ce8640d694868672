import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's optimizing compilers asleep: an agent idles nearly all its life, and they hold 5 MB (their own code, their
 * zones, what they made). The price, measured: a full look at 1,000 files takes half as long again, once an hour.
 *
 * At run time, when the modules are loaded, and not among the flags of node: V8 takes the compiled code of node's own
 * modules only from under the flags that it was made with, and would compile it anew at each start, 12 ms.
 */
export async function keepCodeSmall(): Promise<void> {
  // node:net loads it when it first listens.
  await import('node:cluster');
  for (const flag of ['--no-opt', '--no-maglev']) setFlagsFromString(flag);
}
