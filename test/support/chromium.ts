/** Debian's Chromium, without a window. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import type { Test } from 'tap';

const program = '/usr/bin/chromium';

/** What is lacking to run it here; false when nothing is. Installs it where it may. */
export function lacksChromium(): string | false {
  if (!existsSync(program) && process.getuid?.() === 0)
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], {
      stdio: 'ignore',
    });
  return existsSync(program) ? false : 'needs the package chromium';
}

/** Ends with the test. */
export async function browse(t: Pick<Test, 'teardown'>): Promise<Browser> {
  // Its own sandbox does not let root run it, and containers lack what it needs.
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  t.teardown(() => browser.close());
  return browser;
}
