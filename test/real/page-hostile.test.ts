/** Whoever can write a spec, a file name, a reason or an event writes text on the page, and never more than text. */
import t from 'tap';
import type { Page } from 'playwright-core';
import type { PageView } from '../../agent/debug/page/page-view.ts';
import { browse, lacksChromium } from '../support/chromium.ts';
import { PageNode, Way } from '../support/page-node.ts';
import { pagePlan, pageView, VERDICTS } from '../support/page-views.ts';

const skip = lacksChromium();
const browser = skip === false ? await browse(t) : null;

const payloads = [
  `<script>window.owned = 1</script>`,
  `"><img src=x onerror="window.owned = 1">`,
  `' onmouseover='window.owned = 1' autofocus onfocus='window.owned = 1`,
  `</script><script>window.owned = 1</script>`,
  `</style></title></textarea><svg onload="window.owned = 1">`,
  `<iframe srcdoc="<script>parent.owned = 1</script>"></iframe>`,
  `javascript:window.owned=1`,
  `<a href="javascript:window.owned=1" data-go>here</a>`,
  `<base href="http://127.0.0.1:9/"><meta http-equiv="refresh" content="0;url=javascript:window.owned=1">`,
  `&lt;script&gt;window.owned = 1&lt;/script&gt;`,
  `\${window.owned = 1}{{constructor.constructor('window.owned = 1')()}}`,
  `--><!--<b>]]>`,
  `\u202Eevil\u2066 \u001B[31m\u0000`,
];

/** What the code decides by, and no one writes. */
const decided = new Set([
  'verdict',
  'condition',
  'mode',
  'type',
  'did',
  'why',
  'verb',
  'undo',
  'fault',
  'until',
  'kind',
  'logId',
]);

/** The same with every text that somebody could have written replaced. */
function poisoned<T>(value: T, payload: string): T {
  if (typeof value === 'string') return `${payload} ${value}` as T;
  if (Array.isArray(value)) return value.map((one: unknown) => poisoned(one, payload)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, decided.has(key) ? one : poisoned(one, payload)]);
  return Object.fromEntries(entries) as T;
}

/** What the payload has of characters that a page shows. */
const visible = (payload: string): string => payload.replaceAll(/[^\x20-\x7E]+.*/gsu, '').trim();

async function isUnharmed(page: Page): Promise<Readonly<Record<string, unknown>>> {
  return page.evaluate<Readonly<Record<string, unknown>>>(`({
    owned: window.owned,
    scripts: document.querySelectorAll('script').length,
    strangers: [...document.querySelectorAll('img, iframe, base, textarea, b, meta[http-equiv]')].map((one) => one.outerHTML),
    handlers: [...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames()).filter((name) => /^on|^style$|^srcdoc$/.test(name)),
    links: [...document.querySelectorAll('a')].map((one) => one.protocol).filter((protocol) => protocol !== 'http:'),
    violations: window.violations,
  })`);
}

const unharmed = { owned: undefined, scripts: 1, strangers: [], handlers: [], links: [], violations: [] };

t.test(
  'every text of every field is text, as it is written and as it changes',
  { skip, timeout: 180_000 },
  async (t) => {
    if (browser === null) return;
    const node = new PageNode(pageView('OK'));
    const way = await Way.to(t, node);
    const context = await browser.newContext();
    t.teardown(() => context.close());
    await context.addInitScript(`
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI));
  `);
    const page = await context.newPage();
    page.on('dialog', (dialog) => {
      t.fail(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    for (const [at, payload] of payloads.entries()) {
      const view: PageView = poisoned(pageView(VERDICTS[at % VERDICTS.length] ?? 'OK'), payload);
      const { status } = pageView('OK');
      // Another release would load the page anew.
      const harmless = { ...pageView('OK'), status: { ...status, agentVersion: view.status.agentVersion } };
      // As the agent writes it, with everything shown.
      const shown = new PageNode({
        ...view,
        status: { ...view.status, reason: poisoned(someReason, payload), remarks: [poisoned(someReason, payload)] },
      });
      const there = await Way.to(t, shown);
      shown.port.engine.preview = async () => poisoned(pagePlan(), payload);
      await page.goto(`${there.url}?show=all&events=more&plan=now&q=`);
      t.match(await isUnharmed(page), unharmed, `written: ${payload}`);
      t.ok((await page.locator('body').innerText()).includes(visible(payload)), `seen as text: ${payload}`);
      await page.locator('.hearing.live').waitFor();
      // As the script draws it, over what was harmless.
      node.become(harmless);
      await page.goto(`${way.url}?show=all&events=more`);
      await page.locator('.hearing.live').waitFor();
      await page.getByRole('heading', { level: 1, name: 'lb-a: OK' }).waitFor();
      node.become(view);
      node.happen(`${payload} happened`);
      await page.getByText('happened').first().waitFor();
      await page.getByRole('heading', { level: 1 }).getByText(visible(payload)).first().waitFor();
      t.match(await isUnharmed(page), unharmed, `drawn: ${payload}`);
      t.ok((await page.title()).includes(visible(payload)), `the title: ${payload}`);
      await there[Symbol.asyncDispose]();
    }
  },
);

t.test('what a link makes the page search for is text too', { skip }, async (t) => {
  if (browser === null) return;
  const way = await Way.to(t, new PageNode(pageView('Degraded')));
  const page = await browser.newPage();
  t.teardown(() => page.close());
  for (const payload of payloads) {
    await page.goto(
      `${way.url}?q=${encodeURIComponent(payload)}&show=${encodeURIComponent(payload)}&before=${encodeURIComponent(payload)}`,
    );
    await page.locator('.hearing.live').waitFor();
    const searched = await page.getByLabel('Search').inputValue();
    t.equal(searched, payload.replaceAll('\0', '\uFFFD'), `searched for: ${payload}`);
    t.equal(await page.evaluate('window.owned'), undefined, `not run: ${payload}`);
    t.equal(await page.locator('script').count(), 1, `one script: ${payload}`);
  }
});

const someReason = {
  code: 'KSN-GATE-001',
  message: 'why',
  remedy: 'do',
  fault: 'caller',
  place: { file: 'x.yaml', line: 1 },
} as const;
