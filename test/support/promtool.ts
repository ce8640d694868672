/** promtool, of Debian's package prometheus. */
import { spawnSync } from 'node:child_process';

/** What is lacking to ask promtool; installs what it may. */
export function lacksPromtool(): string | false {
  const there = (): boolean => spawnSync('promtool', ['--version']).status === 0;
  if (!there() && process.getuid?.() === 0)
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'prometheus'], { stdio: 'ignore' });
  return there() ? false : 'needs the package prometheus (promtool)';
}
