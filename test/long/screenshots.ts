/** `make screenshots`: the pictures of the page in the documentation, of the real page in Debian's Chromium. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import type { Verdict } from '../../agent/report/status.ts';
import { browse, lacksChromium } from '../support/chromium.ts';
import { PageNode, Way } from '../support/page-node.ts';
import { pageView } from '../support/page-views.ts';

const folder = fileURLToPath(new URL('../../docs/pictures', import.meta.url));
const pictures: readonly (readonly [name: string, Verdict, BrowserContextOptions])[] = [
  ['page-ok', 'OK', { colorScheme: 'light', viewport: { width: 1100, height: 700 } }],
  ['page-rolled-back', 'RolledBack', { colorScheme: 'dark', viewport: { width: 1100, height: 1040 } }],
  ['page-narrow', 'Waiting', { colorScheme: 'light', viewport: { width: 320, height: 900 } }],
];

const lacking = lacksChromium();
if (lacking !== false) throw new Error(lacking);
const stack = new AsyncDisposableStack();
const scratch = stack.adopt(mkdtempSync(join(tmpdir(), 'keelson-pictures-')), (path) =>
  rmSync(path, { recursive: true }),
);
/** What a test lends to what it uses. */
const place = {
  teardown: (end: () => unknown): void => {
    stack.defer(async () => {
      await end();
    });
  },
  testdir: (): string => mkdtempSync(join(scratch, 'node-')),
};

const browser = await browse(place);
for (const [name, verdict, options] of pictures) {
  const way = await Way.to(place, new PageNode(pageView(verdict)));
  const page = await browser.newPage({ ...options, reducedMotion: 'reduce' });
  await page.goto(way.url);
  await page.locator('.hearing.live').waitFor();
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(`docs/pictures/${name}.png`);
}
await stack.disposeAsync();
