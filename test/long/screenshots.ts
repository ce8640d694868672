/** `make screenshots`: the pictures of the page in the documentation, of a real node in Debian's Chromium. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from 'playwright-core';
import { keelson, Program } from '../scenarios/program.ts';
import { browse, lacksChromium } from '../support/chromium.ts';

const folder = fileURLToPath(new URL('../../docs/pictures', import.meta.url));
const lacking = lacksChromium();
if (lacking !== false) throw new Error(lacking);

await using stack = new AsyncDisposableStack();
const scratch = stack.adopt(mkdtempSync(join(tmpdir(), 'keelson-pictures-')), (path) =>
  rmSync(path, { recursive: true }),
);
const root = join(scratch, 'root');
// A name of its own: the picture is not of the machine that took it.
mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
writeFileSync(join(root, 'etc/keelson/config.d/10-dev.yaml'), 'trust: { allowUnsigned: [lb] }\nnode: { name: lb-a }\n');
const dev = new Program(['--root', root, 'dev']);
stack.defer(async () => void (await dev.stop('SIGKILL')));
await dev.says(/lb\/1 is good/u);
const [, url = ''] = /Its page is (\S+)/u.exec(dev.out) ?? [];
const browser = await browse({ teardown: (end: () => unknown) => stack.defer(async () => void (await end())) });

async function take(name: string, word: string, options: BrowserContextOptions): Promise<void> {
  const page = await browser.newPage({ ...options, reducedMotion: 'reduce' });
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  await page.locator('.hearing.live').waitFor();
  await page.getByRole('heading', { level: 1, name: `lb-a: ${word}`, exact: true }).waitFor();
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.close();
  console.log(`docs/pictures/${name}.png`);
}

await take('page-ok', 'OK', { colorScheme: 'light', viewport: { width: 1100, height: 760 } });

await keelson('--root', root, 'hold', 'file:/etc/chrony.conf', '--for', '1h', '--reason', 'trying a time server');
appendFileSync(join(root, 'etc/chrony.conf'), 'server ntp.example.net\n');
await take('page-narrow', 'Held', { colorScheme: 'light', viewport: { width: 320, height: 900 } });

const spec = join(root, 'etc/keelson/specs.d/edge-node.yaml');
const good = readFileSync(spec, 'utf8');
writeFileSync(spec, good.replace('generation: 1 ', 'generation: 2 ').replace(/^( *)bind :6443$/mu, '$1bind :7443'));
await take('page-rolled-back', 'Rolled back', { colorScheme: 'dark', viewport: { width: 1100, height: 1040 } });
