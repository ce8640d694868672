/** What the reader does with links and the form: the address says what is shown, and the page is not loaded again. */
import { parseQuery, queryText, type PageQuery } from '../page-query.ts';
import type { LivePage } from './live-page.ts';

export function listenToReader(page: LivePage): void {
  document.addEventListener('click', (event) => {
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-go]') : null;
    if (!isPlain || link === null) return;
    event.preventDefault();
    const query = parseQuery(new URL(link.href).searchParams);
    history.pushState(null, '', queryText(query));
    page.show(query);
  });
  const filter = (event: Event): void => {
    const form = event.target instanceof Element ? event.target.closest<HTMLFormElement>('form.filter') : null;
    if (form === null) return;
    event.preventDefault();
    const query = asked(page.query, new FormData(form));
    history.replaceState(null, '', queryText(query));
    page.show(query);
  };
  document.addEventListener('input', filter);
  document.addEventListener('submit', filter);
  addEventListener('popstate', () => page.show(parseQuery(new URLSearchParams(location.search))));
}

function asked(before: PageQuery, form: FormData): PageQuery {
  const { show, search } = parseQuery(
    new URLSearchParams([...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))),
  );
  return { ...before, show, search, page: 1 };
}
