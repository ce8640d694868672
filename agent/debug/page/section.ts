/** The frame that the parts of the page share. */
import { element, type Child, type Element } from './markup.ts';

/** A region that a screen reader names by its heading. */
export function section(id: string, title: string, ...children: readonly Child[]): Element {
  return element(
    'section',
    { id, class: 'part', 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title`, tabindex: -1 }, title),
    children,
  );
}

/** Cells of one row, by the class of their column; a cell that has no content stays, empty. */
export interface Row {
  /** Unlike that of every other row: what a reader opened or marked in a row moves with it. */
  readonly key: string;
  readonly cells: readonly (readonly [column: string, ...content: readonly Child[]])[];
}

/**
 * Roles are written out: on a narrow screen the style sheet makes blocks of the cells, and a browser may then take them
 * for no table. The first cell names its row.
 */
export function table(caption: string, columns: readonly string[], rows: readonly Row[]): Element {
  const heads = columns.map((column) => element('th', { scope: 'col', role: 'columnheader' }, column));
  return element(
    'table',
    { role: 'table' },
    element('caption', { class: 'unseen' }, caption),
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, heads)),
    element('tbody', { role: 'rowgroup' }, rows.map(row)),
  );
}

function row({ key, cells }: Row): Element {
  const made = cells.map(([column, ...content], at) =>
    at === 0
      ? element('th', { scope: 'row', role: 'rowheader', class: column }, content)
      : element('td', { role: 'cell', class: column }, content),
  );
  return element('tr', { role: 'row', 'data-key': key }, made);
}

/** Words between what is seen, for screen readers alone. */
export function unseen(text: string): Element {
  return element('span', { class: 'unseen' }, text);
}

/** A link that changes what the page shows; with a script the page need not load again. */
export function pageLink(
  address: string,
  attributes: { readonly [name: string]: string | undefined },
  ...children: readonly Child[]
): Element {
  return element('a', { ...attributes, href: address, 'data-go': true }, children);
}
