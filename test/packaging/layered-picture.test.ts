import t from 'tap';
import { layeredPicture, type Arrow, type Box } from '../../packaging/layered-picture.ts';

const box = (id: string): Box => ({ id, title: id.toUpperCase(), words: `what ${id} is for` });
const arrow = (from: string, to: string, typesOnly = false): Arrow => ({ from, to, typesOnly });
const drawn = (svg: string): readonly string[] =>
  [...svg.matchAll(/<title>(.*?)<\/title>/g)].map((match) => match[1] ?? '').toSorted();

t.test('an arrow that others imply is left out', async (t) => {
  const svg = layeredPicture(['a', 'b', 'c'].map(box), [arrow('a', 'b'), arrow('b', 'c'), arrow('a', 'c')]);
  t.same(drawn(svg), ['a uses b', 'b uses c']);
});

t.test('who uses stands above who is used, whatever the order', async (t) => {
  const arrows = [arrow('top', 'middle'), arrow('middle', 'ground'), arrow('top', 'ground')];
  const svg = layeredPicture(['ground', 'middle', 'top'].map(box), arrows);
  t.equal(layeredPicture(['top', 'ground', 'middle'].map(box), arrows.toReversed()), svg, 'the same bytes');
  const heights = ['TOP', 'MIDDLE', 'GROUND'].map((title) =>
    Number(new RegExp(` y="(\\d+)"[^>]*>${title}<`).exec(svg)?.[1]),
  );
  t.same(
    heights,
    heights.toSorted((a, b) => a - b),
  );
});

t.test('boxes that use each other stand side by side, with both arrows', async (t) => {
  const svg = layeredPicture(['a', 'b', 'c'].map(box), [arrow('a', 'b', true), arrow('b', 'a'), arrow('c', 'a')]);
  t.same(drawn(svg), ['a uses b', 'b uses a', 'c uses a']);
  const heights = ['A', 'B'].map((title) => new RegExp(` y="(\\d+)"[^>]*>${title}<`).exec(svg)?.[1]);
  t.equal(heights[0], heights[1]);
  t.match(svg, /stroke-dasharray[^>]*><title>a uses b/, 'types alone are dashed');
});

t.test('text is text', async (t) => {
  t.match(layeredPicture([{ id: 'x', title: 'a < b & c', words: '' }], []), /a &lt; b &amp; c/);
});
