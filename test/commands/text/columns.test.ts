import t from 'tap';
import { columns, cut, spread } from '../../../agent/commands/text/columns.ts';
import { ago, clockTime, left, shortSpan, span } from '../../../agent/base/spans.ts';

t.test('columns line up, and one long cell moves only its own line', async (t) => {
  t.strictSame(columns([['a', 'bb', 'end'], ['aaa', '', 'end'], ['last']]), ['a    bb  end', 'aaa      end', 'last']);
  const long = 'x'.repeat(60);
  t.strictSame(
    columns([
      [long, 'b'],
      ['a', 'b'],
    ]),
    [`${long}  b`, `a${' '.repeat(45)}b`],
  );
  t.strictSame(columns([['a', 'a long tail']], { width: 8 }), ['a  a lo…']);
  t.equal(cut('short', undefined), 'short');
  t.equal(spread('left', 'right', 14), 'left     right');
  t.equal(spread('left', 'right', 5), 'left  right');
});

t.test('spans, as people say them', async (t) => {
  const minute = 60_000;
  t.strictSame([0, 59_999, minute, 90 * minute, 49 * 60 * minute].map(shortSpan), ['0s', '59s', '1m', '1h', '2d']);
  t.strictSame([0, 59_999, minute, 90 * minute, 49 * 60 * minute].map(span), ['0 s', '59 s', '1 min', '1 h', '2 days']);
  t.equal(ago(0, 4 * minute), '4 min ago');
  t.equal(ago(1_000, 0), 'just now', 'a clock that jumped back');
  t.equal(left(38 * minute, 0), '38 min left');
  t.equal(left(0, 5), 'ends now');
  const at = Date.UTC(2026, 10, 24, 3, 12, 40);
  t.equal(clockTime(at, at + minute), '03:12:40Z');
  t.equal(clockTime(at, at + 24 * 60 * minute), '2026-11-24 03:12:40Z');
});
