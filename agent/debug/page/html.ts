/** Markup as the text of an HTML document. */
import type { Element, Markup } from './markup.ts';

/** Elements without an end tag, and those of drawings, which close themselves. */
const empty: ReadonlySet<string> = new Set(['meta', 'link', 'input', 'wbr', 'path']);
const selfClosing: ReadonlySet<string> = new Set(['path']);

/** Everything of `markup` that is not a name is escaped. */
export function toHtml(markup: Markup): string {
  if (typeof markup === 'string') return escapeText(markup);
  const { tag, children } = markup;
  if (empty.has(tag)) return startTag(markup);
  return `${startTag(markup)}${children.map(toHtml).join('')}</${tag}>`;
}

/** `<p class="x">`. */
export function startTag({ tag, attributes }: Element): string {
  let text = `<${tag}`;
  for (const [name, value] of Object.entries(attributes))
    text += value === true ? ` ${name}` : ` ${name}="${escapeText(value)}"`;
  return `${text}${selfClosing.has(tag) ? '/>' : '>'}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** For text between tags and within quotes. */
export function escapeText(text: string): string {
  return text.replaceAll(/[&<>"'`]/gu, (character) => entities[character] ?? '');
}
