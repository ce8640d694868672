/** Many looks at a host, in the order of what was asked, and never so many files open at once that it runs out. */

const AT_ONCE = 16;

export async function inFlight<T, R>(all: readonly T[], look: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const rest = all.entries();
  const work = async (): Promise<void> => {
    for (const [at, one] of rest) results[at] = await look(one);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, work));
  return results;
}
