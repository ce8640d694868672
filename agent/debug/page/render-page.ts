/** The page as a document: everything of it inline, nothing from elsewhere, and a policy under which nothing else runs. */
import { createHash } from 'node:crypto';
import assets from './assets.json' with { type: 'json' };
import { startTag, toHtml } from './html.ts';
import { element } from './markup.ts';
import { pageBody } from './page-body.ts';
import type { PageView } from './page-view.ts';
import { tabIcon, tabTitle } from './tab.ts';

/** Pure: the same view, the same bytes. */
export function renderPage(view: PageView): string {
  const { status, connection, events, lastEvent, now } = view;
  const head = [
    element('meta', { charset: 'utf-8' }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('title', {}, tabTitle(status, connection)),
    element('link', { rel: 'icon', href: tabIcon(status, connection) }),
  ];
  // What the script goes on from; the rest it asks the agent for. No script has anything of a node written into it.
  const newest = events.at(-1);
  const root = element('html', {
    lang: 'en',
    'data-now': now,
    'data-event': lastEvent ?? newest?.seq ?? 0,
    'data-log': newest?.logId,
  });
  return [
    '<!doctype html>',
    // A module waits for the end of the document.
    `${startTag(root)}<head>${head.map(toHtml).join('')}<style>${assets.style}</style>`,
    `<script type="module">${assets.script}</script></head>`,
    `${toHtml(pageBody(view))}</html>`,
    '',
  ].join('\n');
}

/** For the header of that name: our own script and style by their hashes, our own addresses, and nothing besides. */
export function contentSecurityPolicy(): string {
  const { script, style } = assets;
  return [
    "default-src 'none'",
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(style)}`,
    'img-src data:',
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
