/** The page for people: without a violation that axe knows, at any width, in light and dark, with and without a script. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { PageView } from '../../agent/debug/page/page-view.ts';
import { verdictName } from '../../agent/report/verdict-words.ts';
import { browse, lacksChromium } from '../support/chromium.ts';
import { PageNode, Way } from '../support/page-node.ts';
import { largeView, pageView, VERDICTS } from '../support/page-views.ts';

const skip = lacksChromium();
const browser = skip === false ? await browse(t) : null;
const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

interface Shown {
  readonly node: PageNode;
  readonly way: Way;
  readonly page: Page;
}

async function shown(t: Test, view: PageView, options: BrowserContextOptions, path = ''): Promise<Shown> {
  if (browser === null) throw new Error('no browser');
  const node = new PageNode(view);
  const way = await Way.to(t, node);
  const context = await browser.newContext(options);
  t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(way.url + path);
  if (options.javaScriptEnabled !== false) await page.locator('.hearing.live').waitFor();
  return { node, way, page };
}

/** What axe finds, with where. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate<readonly string[]>(`
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 120) + ' ' + failureSummary)))
  `);
}

const widerThanScreen = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [320, 1280])
    t.test(`axe finds nothing: ${colorScheme}, ${width} px`, { skip, timeout: 180_000 }, async (t) => {
      // Axe is no script of ours: the policy lets it run only where it is lifted.
      const options = { colorScheme, viewport: { width, height: 800 }, bypassCSP: true } as const;
      const { node, way, page } = await shown(t, pageView('OK'), options, '?events=more&plan=now');
      for (const verdict of VERDICTS) {
        node.become(pageView(verdict));
        await page.reload();
        await page.locator('.hearing.live').waitFor();
        t.equal(await page.locator('h1').innerText(), `lb-a:\n${verdictName(verdict)}`);
        t.strictSame(await violations(page), [], verdict);
        t.equal(await widerThanScreen(page), 0, `${verdict}: nothing beside the screen`);
      }
      node.become(largeView(300));
      await page.getByLabel('Show').selectOption('all');
      await page.getByText('Page 1 of 3').waitFor();
      t.strictSame(await violations(page), [], 'many resources');
      t.equal(await widerThanScreen(page), 0);
      way.close();
      await page.locator('.notice').waitFor();
      t.strictSame(await violations(page), [], 'connection lost');
      t.equal(await widerThanScreen(page), 0);
    });

t.test('without a script everything is there, says when it was so, and answers to its links', { skip }, async (t) => {
  const { page } = await shown(t, pageView('RolledBack'), { javaScriptEnabled: false });
  t.equal(await page.locator('h1').innerText(), 'lb-a:\nRolled back');
  t.match(await page.locator('.band').innerText(), /does not contain the text.*Next.*retry 43.*lb\/43 blocked/su);
  t.match(await page.locator('.hearing').innerText(), 'State of 03:16:40Z');
  t.equal(await page.locator('.events li').count(), 5);
  await page.getByLabel('Show').selectOption('all');
  await page.getByLabel('Search').fill('keepalived');
  await page.getByRole('button', { name: 'Apply' }).click();
  t.equal(await page.locator('#resources tbody tr').count(), 2);
  await page.getByRole('link', { name: 'More events' }).click();
  t.equal(await page.locator('.events li').count(), 50);
  await page.getByRole('link', { name: 'Older' }).click();
  t.equal(await page.locator('.events li').count(), 10);
  await page.getByRole('link', { name: 'What would be changed now?' }).click();
  t.match(await page.locator('#plan').innerText(), '2 change, 1 removed, 28 same.');
  t.equal(await page.locator('#resources tbody tr').count(), 2, 'one does not undo the other');
});

t.test('by keyboard: the skip link first, then everything in the order in which it stands', { skip }, async (t) => {
  const { page } = await shown(t, pageView('RolledBack'), { viewport: { width: 1280, height: 900 } });
  await page.keyboard.press('Tab');
  const skipLink = page.getByRole('link', { name: 'Skip to the verdict' });
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the verdict');
  t.ok(((await skipLink.boundingBox())?.y ?? -1) >= 0, 'seen where it has the focus');
  await page.keyboard.press('Enter');
  t.equal(await page.evaluate('document.activeElement.id'), 'main');
  const walked: string[] = [];
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate<{ name: string; outline: string; top: number } | null>(`(() => {
      const { activeElement } = document;
      if (activeElement === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
      return { name: activeElement.textContent.trim() || activeElement.id, outline: outlineStyle + outlineWidth };
    })()`);
    if (at === null) break;
    t.match(at.outline, /solid3px/u, `${at.name} shows that it has the focus`);
    walked.push(at.name.slice(0, 30));
  }
  t.match(
    walked.join(' | '),
    /^31 resources \| 27 ok \|.*show|q \| What would be changed now\?.*More events \| \/v1\/status/u,
  );
  t.equal(walked.at(-1), '/openapi.json');
});

t.test('landmarks and headings in order', { skip }, async (t) => {
  const { page } = await shown(t, pageView('Degraded'), {});
  const headings = await page.evaluate<readonly string[]>(
    `[...document.querySelectorAll('h1, h2, h3')].map((one) => one.localName + ' ' + one.textContent)`,
  );
  t.strictSame(headings, ['h1 lb-a: Degraded', 'h2 What differs', 'h2 Plan', 'h2 Last events']);
  for (const role of ['banner', 'main', 'contentinfo', 'search'] as const)
    t.equal(await page.getByRole(role).count(), 1, role);
  t.ok(await page.getByRole('table', { name: 'Resources: what differs' }).isVisible());
});

t.test('a reader who wants no motion, or a sheet of paper, gets it', { skip }, async (t) => {
  const { page } = await shown(t, pageView('Changing'), {});
  const animation = 'getComputedStyle(document.querySelector(".word .turning")).animationName';
  t.equal(await page.evaluate(animation), 'turn');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  t.equal(await page.evaluate(animation), 'none');
  await page.emulateMedia({ media: 'print' });
  t.equal(await page.locator('.filter').isVisible(), false);
  t.equal(await page.locator('h1').isVisible(), true);
});
