/** (First cut follows.) */
import type { Directories } from './directories.ts';
import type { Primitives } from './primitives.ts';

export async function* watchPaths(_primitives: Primitives, _directories: Directories, _paths: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
