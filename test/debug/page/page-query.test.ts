import fc from 'fast-check';
import t from 'tap';
import { parseQuery, PLAIN_QUERY, queryText, SHOWABLE } from '../../../agent/debug/page/page-query.ts';

t.test('an address that is typed wrong still shows the node', async (t) => {
  for (const text of ['', 'show=no&page=-1&before=x', 'page=0&events=all&plan=later', 'page=99999999999999999999'])
    t.strictSame(parseQuery(new URLSearchParams(text)), PLAIN_QUERY, text);
  t.equal(parseQuery(new URLSearchParams({ q: 'x'.repeat(10_000) })).search.length, 200);
});

t.test('what is written is read again', async () => {
  const query = fc.record({
    show: fc.constantFrom(...SHOWABLE),
    search: fc.string({ maxLength: 50 }),
    page: fc.integer({ min: 1, max: 1e6 }),
    events: fc.option(fc.record({ before: fc.option(fc.nat()) })),
    plan: fc.boolean(),
  });
  fc.assert(
    fc.property(query, (one) => {
      const { searchParams } = new URL(queryText(one), 'http://localhost/');
      return JSON.stringify(parseQuery(searchParams)) === JSON.stringify(one);
    }),
  );
});
