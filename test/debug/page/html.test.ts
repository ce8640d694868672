import fc from 'fast-check';
import t from 'tap';
import { escapeText, startTag, toHtml } from '../../../agent/debug/page/html.ts';
import { element } from '../../../agent/debug/page/markup.ts';

t.test('text stays text, between tags and within quotes', async (t) => {
  t.equal(
    toHtml(element('p', { title: `"'><b>` }, '<script>', element('b', {}, '&amp;'))),
    '<p title="&quot;&#39;&gt;&lt;b&gt;">&lt;script&gt;<b>&amp;amp;</b></p>',
  );
  fc.assert(fc.property(fc.string(), (text) => !/[<>"'`]/u.test(escapeText(text))));
});

t.test('what is not there leaves nothing behind, and texts side by side are one', async (t) => {
  const made = element('p', { hidden: false, title: undefined, 'data-go': true }, null, 'a', ['b', false, ['c']], '');
  t.strictSame(made, { tag: 'p', attributes: { 'data-go': true }, children: ['abc'] });
  t.equal(toHtml(made), '<p data-go>abc</p>');
});

t.test('elements without an end have none', async (t) => {
  t.equal(toHtml(element('input', { name: 'q', value: '' })), '<input name="q" value="">');
  t.equal(startTag(element('html', { lang: 'en' })), '<html lang="en">');
});
