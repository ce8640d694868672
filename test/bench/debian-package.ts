/** Programs of Debian packages: installed where we may, else lacking by name. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** Null when the program is there now; else why not. */
export function lacksPackage(program: string, name: string): string | null {
  if (isThere(program)) return null;
  if (process.getuid?.() !== 0) return `needs the package ${name}`;
  process.stderr.write(`installing ${name}\n`);
  const { status } = spawnSync('apt-get', ['install', '-y', '--no-install-recommends', name], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // No daemon is started for a benchmark.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  return status === 0 && isThere(program) ? null : `needs the package ${name}, which apt-get did not install`;
}

function isThere(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
