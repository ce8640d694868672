/** The script of the page. What it draws is what the agent writes: `pageBody`, of the same view. */
import { pageBody } from '../page-body.ts';
import { parseQuery } from '../page-query.ts';
import { tabIcon, tabTitle } from '../tab.ts';
import { LivePage } from './live-page.ts';
import { morphChildren } from './morph.ts';
import { OnceAFrame } from './once-a-frame.ts';
import { listenToReader } from './reader.ts';

const { now = '0', event = '0', log = '' } = document.documentElement.dataset;
const drawing = new OnceAFrame(draw);

const page = new LivePage({
  now: Number(now),
  lastEvent: Number(event),
  logId: log,
  query: parseQuery(new URLSearchParams(location.search)),
  isWatched: !document.hidden,
  changed: () => drawing.ask(),
});
listenToReader(page);
// Ages grow by themselves.
setInterval(() => page.tick(), 1_000);
document.addEventListener('visibilitychange', () => page.watch(!document.hidden));

function draw(): void {
  const view = page.view();
  if (view === null) return;
  const from = document.activeElement?.closest('section[id]')?.id;
  morphChildren(document.body, pageBody(view).children);
  // What had the focus is gone: its part of the page has it, or a reader who sees nothing stands at the top again.
  if (from !== undefined && document.activeElement === document.body)
    document.querySelector<HTMLElement>(`#${from}-title`)?.focus();
  const title = tabTitle(view.status, view.connection);
  if (document.title !== title) document.title = title;
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const address = tabIcon(view.status, view.connection);
  if (icon !== null && icon.href !== address) icon.href = address;
}
