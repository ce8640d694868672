import { createHash } from 'node:crypto';
import t from 'tap';
import { PLAIN_QUERY } from '../../../agent/debug/page/page-query.ts';
import { contentSecurityPolicy, renderPage } from '../../../agent/debug/page/render-page.ts';
import { verdictName } from '../../../agent/report/verdict-words.ts';
import { largeView, PAGE_NOW, pageEvents, pagePlan, pageView, VERDICTS } from '../../support/page-views.ts';

/** The words of a page, without the marks between them. */
function wordsOf(html: string): string {
  return html
    .replace(/<(style|script)[^>]*>.*?<\/\1>/gsu, '')
    .replaceAll('<wbr>', '')
    .replaceAll(/<[^>]*>/gu, ' ')
    .replaceAll(/\s+/gu, ' ');
}

const count = (html: string, what: RegExp): number => [...html.matchAll(what)].length;

t.test('the band of each verdict: the word, the reason, what runs, since when, what next', async (t) => {
  for (const verdict of VERDICTS) {
    const view = pageView(verdict);
    const html = renderPage(view);
    const words = wordsOf(html);
    t.match(html, `<title>${verdictName(verdict)} · lb-a</title>`, verdict);
    t.ok(words.includes(`lb-a: ${verdictName(verdict)} for `), verdict);
    t.match(words, /Next .* Wanted lb\/4\d .*Running lb\/42 Last known good lb\/42/u, verdict);
    t.ok(words.includes(view.status.reason?.code ?? '. Next '), verdict);
    t.equal(count(html, /<h1[ >]/gu), 1, verdict);
    t.strictSame(html, renderPage(view), 'pure');
  }
  const blocked = wordsOf(renderPage(pageView('RolledBack')));
  t.match(blocked, 'Wanted lb/43 blocked Running lb/42');
  t.match(blocked, 'for 4 min , since 03:12:40Z');
  t.match(blocked, 'Next fix, sign and push 44; or keelson retry 43 --reason …');
});

t.test('without a spec nothing is made up', async (t) => {
  const { status } = pageView('Waiting');
  const { wanted: _w, running: _r, lastKnownGood: _g, ...bare } = status;
  const words = wordsOf(
    renderPage({ ...pageView('Waiting'), status: { ...bare, total: 0, counts: {} }, resources: [], events: [] }),
  );
  t.match(words, 'Wanted no spec yet Running as found Last known good none yet');
  t.match(words, 'There are no resources yet.');
  t.match(words, 'No event yet.');
  t.notMatch(words, /certificate|reboot/iu, 'what is not known is left out');
});

t.test('a reboot that is needed stands in the band, with why', async (t) => {
  const view = pageView('Waiting');
  const why = ['iommu=pt is not in force', '<b>nouveau</b> is loaded'].map((message) => ({
    code: 'KSN-THING-001' as const,
    message,
    fault: 'environment' as const,
  }));
  const html = renderPage({ ...view, status: { ...view.status, reboot: { needed: true, why } } });
  t.match(wordsOf(html), /Reboot needed iommu=pt is not in force KSN-THING-001 and 1 more Next /u);
  const other = renderPage({ ...view, status: { ...view.status, reboot: { needed: true, why: why.slice(1) } } });
  t.ok(other.includes('&lt;b&gt;nouveau'));
  t.notMatch(wordsOf(renderPage(view)), /reboot/iu);
});

t.test('what differs, what waits, holds, remarks and the last five events stand below', async (t) => {
  const words = wordsOf(renderPage(pageView('RolledBack')));
  t.match(words, /What differs 31 resources 27 ok 2 placed 1 waiting 1 held .*file:\/etc\/chrony\.conf held/u);
  t.match(words, /What waits .*stats\.cfg exists, was not made by Keelson, and differs KSN-PLAN-005 12 min/u);
  t.match(words, /Held file:\/etc\/chrony\.conf “trying a time server” ana, 38 min left h-12b0d5c9/u);
  t.match(words, 'Remarks file /etc/haproxy/haproxy.cfg gave no answer before the deadline');
  t.equal(count(renderPage(pageView('RolledBack')), /class="type"/gu), 5);
  t.match(words, 'Agent 0.1.0 Mode enforce Boot b6f1c2d8-5a0e-4a53-9d6f-1a5e0f6a7b21');
});

t.test('the nearest expiry: which hold ends first, and in how long', async (t) => {
  const { status } = pageView('Held');
  const [hold] = status.overrides;
  if (hold === undefined) throw new Error('nothing is held');
  const later = { ...hold, id: 'h-later', address: null, expires: hold.expires + 3_600_000 };
  const words = wordsOf(renderPage(pageView('Held', { status: { ...status, overrides: [later, hold] } })));
  t.match(words, 'Nearest expiry The hold of file:/etc/chrony.conf , 38 min left');
  t.match(words, /Held file:\/etc\/chrony\.conf .* h-12b0d5c9 Everything .* h-later/u, 'listed in that order');
  t.notMatch(wordsOf(renderPage(pageView('OK'))), 'expiry', 'where nothing ends, nothing is said');
});

t.test('unknown is never said to be well', async (t) => {
  const view = pageView('Unknown', { resources: [] });
  t.match(wordsOf(renderPage(view)), 'Nothing is known to differ; not everything was looked at.');
});

t.test('the plan, where it is asked for', async (t) => {
  const query = { ...PLAIN_QUERY, plan: true };
  const words = wordsOf(renderPage(pageView('OK', { query, plan: pagePlan() })));
  t.match(words, 'lb/44 , from lb/42, signed by ops-1, ops-2');
  t.match(words, '+3 -1 → SIGUSR2 pod:haproxy, no interruption');
  t.match(words, '2 change, 1 removed, 28 same. Reboot: no.');
  const planFailure = { code: 'KSN-ENGINE-001', message: 'the journal is read-only', fault: 'environment' } as const;
  t.match(wordsOf(renderPage(pageView('OK', { query, planFailure }))), 'the journal is read-only KSN-ENGINE-001');
});

t.test('a page that hears nothing says of when it is, and one that lost the agent says that first', async (t) => {
  t.match(wordsOf(renderPage(pageView('OK'))), 'lb-a State of 03:16:40Z');
  const polled = renderPage(pageView('OK', { connection: 'polled', asOf: PAGE_NOW - 9_000 }));
  t.match(wordsOf(polled), 'State of 03:16:31Z , asked for every ten seconds');
  const lost = renderPage(pageView('OK', { connection: 'lost', asOf: PAGE_NOW - 32_000 }));
  t.match(wordsOf(lost), 'Connection lost , showing the state of 03:16:08Z , 32 s old');
  t.match(wordsOf(lost), 'lb-a: Last known, at 03:16:08Z : OK');
  t.match(lost, '<title>Connection lost · lb-a</title>');
});

t.test('the document stays small, whatever it is of', async (t) => {
  const view = {
    ...largeView(1_000),
    events: pageEvents(10_000),
    query: { ...PLAIN_QUERY, show: 'all', events: { before: null } },
  } as const;
  const html = renderPage(view);
  t.equal(count(html, /<tr /gu), 101);
  t.equal(count(html, /class="type"/gu), 50);
  t.match(wordsOf(html), 'Page 1 of 10, 1000 resources Next');
  const began = performance.now();
  for (let at = 0; at < 20; at += 1) renderPage(view);
  t.comment(`${((performance.now() - began) / 20).toFixed(1)} ms a page`);
});

t.test('the policy lets our script and style run, by their hashes, and nothing else', async (t) => {
  const html = renderPage(pageView('OK'));
  const policy = contentSecurityPolicy();
  for (const [name, directive] of [
    ['script', 'script-src'],
    ['style', 'style-src'],
  ] as const) {
    const [, text = '', ...more] = new RegExp(`<${name}[^>]*>(.*?)</${name}>`, 'su').exec(html) ?? [];
    t.strictSame(more, []);
    t.ok(policy.includes(`${directive} 'sha256-${createHash('sha256').update(text).digest('base64')}'`), name);
  }
  t.match(policy, /^default-src 'none'/u);
  t.notMatch(policy, /unsafe|https?:/u);
  t.equal(count(html, /<script|<style/gu), 2);
  t.notMatch(
    html,
    /\son\w+=|style="|src="|href="(?!data:image|\?|#main|\/)/u,
    'nothing inline, nothing from elsewhere',
  );
});
