/**
 * A tab that indents is a fault; the rest of its file has faults of its own. It is read on with blanks in the tab's
 * place, for telling those: the parser alone stops making sense behind a tab.
 */
import { LineCounter, parseDocument, type Document } from 'yaml';
import { placeAt, type PlaceOf } from './yaml-places.ts';

type Place = ReturnType<PlaceOf>;

export interface Tabbed {
  readonly parsed: Document.Parsed;
  /** In the text as it was written, also where blanks stand for its tabs. */
  readonly placeOf: PlaceOf;
  /** Of the tabs that indent, one a line. With any of them `parsed` is for telling only. */
  readonly tabs: readonly Place[];
  /** Whether blanks of some width make sense there; else `parsed` has parts in places where nobody put them. */
  readonly fits: boolean;
}

/** The deepest of the usual ones first: what is too shallow also parses, as something beside what it belongs under. */
const tabWidths = [8, 4, 2, 6, 3, 5, 7, 1];

export function parseTabbed(text: string): Tabbed {
  const { parsed, lines } = parse(text);
  const tabs = tabsOf(text, parsed, lines);
  if (tabs.size === 0) return { parsed, placeOf: (offset) => placeAt(lines, offset), tabs: [], fits: true };
  let best: Tabbed | undefined;
  for (const width of tabWidths) {
    const mended = parseMended(text, tabs, width);
    if (mended.fits && mended.parsed.errors.length === 0) return mended;
    if (best === undefined || rank(mended) < rank(best)) best = mended;
  }
  return best as Tabbed;
}

function rank({ parsed, fits }: Tabbed): number {
  return parsed.errors.length + (fits ? 0 : 0.5);
}

function parse(text: string): { readonly parsed: Document.Parsed; readonly lines: LineCounter } {
  const lines = new LineCounter();
  const parsed = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  });
  return { parsed, lines };
}

/** By line. Inside brackets and block texts the parser calls a tab an indentation that does not fit. */
function tabsOf(text: string, { errors }: Document.Parsed, lines: LineCounter): ReadonlyMap<number, Place> {
  const tabs = new Map<number, Place>();
  for (const { code, pos } of errors) {
    if (code !== 'TAB_AS_INDENT' && code !== 'BAD_INDENT') continue;
    const place = placeAt(lines, pos[0]);
    const start = pos[0] - place.column + 1;
    const tab = code === 'TAB_AS_INDENT' ? text.indexOf('\t', pos[0]) : tabInIndent(text, start);
    if (tab >= 0 && !tabs.has(place.line)) tabs.set(place.line, { line: place.line, column: tab - start + 1 });
  }
  return tabs;
}

function tabInIndent(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ') at += 1;
  return text[at] === '\t' ? at : -1;
}

function parseMended(text: string, tabs: ReadonlyMap<number, Place>, width: number): Tabbed {
  const added = new Map<number, number>();
  const written = text.split('\n');
  for (const [number, { column }] of tabs) {
    const line = written[number - 1] ?? '';
    let end = column;
    while (line[end] === ' ' || line[end] === '\t') end += 1;
    const blanks = withBlanks(line.slice(0, end), width);
    added.set(number, blanks.length - end);
    written[number - 1] = blanks + line.slice(end);
  }
  const { parsed, lines } = parse(written.join('\n'));
  const placeOf: PlaceOf = (offset) => {
    const { line, column } = placeAt(lines, offset);
    return { line, column: Math.max(1, column - (added.get(line) ?? 0)) };
  };
  // Of a line whose tab is told nothing more can be said of its indentation.
  const others = parsed.errors.filter(({ code, pos }) => code !== 'BAD_INDENT' || !added.has(placeOf(pos[0]).line));
  const fits = others.length === parsed.errors.length;
  parsed.errors = others;
  return { parsed, placeOf, tabs: [...tabs.values()], fits };
}

/** To the next tab stop each, as an editor shows them. */
function withBlanks(start: string, width: number): string {
  const parts = start.split('\t');
  let column = 0;
  return parts
    .map((part, index) => {
      column += part.length;
      if (index === parts.length - 1) return part;
      const blanks = width - (column % width);
      column += blanks;
      return part + ' '.repeat(blanks);
    })
    .join('');
}
