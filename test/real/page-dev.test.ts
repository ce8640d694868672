/** The page of a real agent on a sandbox: what a person does to the node is seen in the browser. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Program } from '../scenarios/program.ts';
import { browse, lacksChromium } from '../support/chromium.ts';

t.test('tamper, a bad spec, the end of the agent', { skip: lacksChromium(), timeout: 180_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-page-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, 'root');
  const dev = new Program(['--root', root, 'dev']);
  t.teardown(async () => void (await dev.stop('SIGKILL')));
  await dev.says(/lb\/1 is good/u);
  const [, url = ''] = /Its page is (\S+)/u.exec(dev.out) ?? [];

  const page = await (await browse(t)).newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(url);
  const word = (name: string): Promise<void> =>
    page.getByRole('heading', { level: 1, name: new RegExp(`: ${name}$`, 'u') }).waitFor();
  await page.locator('.hearing.live').waitFor();
  await word('OK');
  t.match(
    await page.locator('.generations').innerText(),
    /Wanted\s+lb\/1\s+Running\s+lb\/1\s+Last known good\s+lb\/1/u,
  );

  appendFileSync(join(root, 'etc/haproxy/haproxy.cfg'), '# a hand\n');
  await page.locator('.events').getByText('file:/etc/haproxy/haproxy.cfg repaired').first().waitFor();

  const spec = join(root, 'etc/keelson/specs.d/edge-node.yaml');
  const bad = readFileSync(spec, 'utf8')
    .replace('generation: 1 ', 'generation: 2 ')
    .replace(/^( *)bind :6443$/mu, '$1bind :7443');
  writeFileSync(spec, bad);
  await word('Rolled back');
  t.match(
    await page.locator('.band').innerText(),
    /does not contain the text asked for.*Next\s+fix, sign and push 3.*lb\/2\s+blocked/su,
  );
  t.match(await page.title(), /^Rolled back · /u);

  await dev.stop('SIGINT');
  await page.locator('.notice').getByText('Connection lost').waitFor();
  t.match(await page.locator('h1').innerText(), /Last known, at .*Rolled back/su);
  t.strictSame(complaints, []);
});
