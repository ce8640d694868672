/** Placed nodes and routes as SVG. */
import type { Arrow, Box } from './picture-graph.ts';
import { BOX, type Node, type Route } from './picture-layout.ts';

const ROW_HEIGHT = 104;
const MARGIN = 24;

/** `inside`: arrows between boxes of one node. */
export function draw(nodes: readonly Node[], routes: readonly Route[], inside: readonly Arrow[]): string {
  const left = Math.min(...nodes.map(({ x, width }) => x - width / 2)) - MARGIN;
  const right = Math.max(...nodes.map(({ x, width }) => x + width / 2)) + MARGIN;
  const top = Math.max(...nodes.map(({ row }) => row));
  const yOf = (row: number): number => MARGIN + (top - row) * ROW_HEIGHT;
  const height = yOf(0) + BOX.height + MARGIN;
  const centres = new Map(
    nodes.flatMap((node) => node.boxes.map(({ id }, at) => [id, centre(node, at) - left] as const)),
  );
  const ends = endsOf(routes, centres);
  const paths = routes.map((route) => {
    const [first, last] = [ends.get(`out ${nameOf(route)}`) ?? 0, ends.get(`in ${nameOf(route)}`) ?? 0];
    const lanes = route.nodes.slice(1, -1).flatMap(({ x, row }): readonly Point[] => [
      { x: x - left, y: yOf(row) },
      { x: x - left, y: yOf(row) + BOX.height },
    ]);
    const start = { x: first, y: yOf(route.nodes[0]?.row ?? 0) + BOX.height };
    const end = { x: last, y: yOf(route.nodes.at(-1)?.row ?? 0) - 2 };
    return path(curve([start, ...lanes, end]), route.arrow);
  });
  const sideways = inside.flatMap(({ from, to, typesOnly }) => {
    const [a, b] = [centres.get(from) ?? 0, centres.get(to) ?? 0];
    const node = nodes.find(({ boxes }) => boxes.some(({ id }) => id === from));
    const y = yOf(node?.row ?? 0) + BOX.height / 2 + (a < b ? -8 : 8);
    const reach = (BOX.width / 2 + 1) * Math.sign(b - a);
    return [path(`M${round(a + reach)} ${y}H${round(b - reach - 2 * Math.sign(b - a))}`, { from, to, typesOnly })];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(right - left)} ${height}" width="${round(right - left)}" height="${height}" font-family="system-ui, 'DejaVu Sans', sans-serif">`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#5b6b7a"/></marker></defs>',
    `<rect width="100%" height="100%" rx="8" fill="#ffffff"/>`,
    ...paths,
    ...sideways,
    ...nodes.flatMap((node) => node.boxes.map((box, at) => drawBox(box, centre(node, at) - left, yOf(node.row)))),
    '</svg>',
  ].join('\n')}\n`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function nameOf({ arrow: { from, to } }: Route): string {
  return `${from} ${to}`;
}

function centre(node: Node, at: number): number {
  return node.x - node.width / 2 + BOX.width / 2 + at * (BOX.width + BOX.gap);
}

/** Arrows that meet at a box share its side, in the order in which they come. */
function endsOf(routes: readonly Route[], centres: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const [id, middle] of centres) {
    for (const way of ['out', 'in'] as const) {
      const met = routes.filter(({ arrow }) => (way === 'out' ? arrow.from : arrow.to) === id);
      const towards = (route: Route): number => (way === 'out' ? route.nodes[1] : route.nodes.at(-2))?.x ?? 0;
      const sorted = met.toSorted((a, b) => towards(a) - towards(b));
      const step = Math.min(24, (BOX.width - 40) / Math.max(1, sorted.length - 1));
      for (const [at, route] of sorted.entries())
        ends.set(`${way} ${nameOf(route)}`, middle + (at - (sorted.length - 1) / 2) * step);
    }
  }
  return ends;
}

/** Leaves and arrives upright; beside a row it runs straight down, so that it touches no box. */
function curve(points: readonly Point[]): string {
  const [start] = points;
  if (start === undefined) return '';
  const steps = points.slice(1).map((to, at) => {
    const from = points[at] ?? start;
    const bend = (to.y - from.y) / 2;
    return `C${round(from.x)} ${round(from.y + bend)} ${round(to.x)} ${round(to.y - bend)} ${round(to.x)} ${round(to.y)}`;
  });
  return `M${round(start.x)} ${round(start.y)}${steps.join('')}`;
}

function path(line: string, { from, to, typesOnly }: Arrow): string {
  const dashes = typesOnly ? ' stroke-dasharray="5 4"' : '';
  return `<path d="${line}" fill="none" stroke="#5b6b7a" stroke-width="1.3"${dashes} marker-end="url(#tip)"><title>${escaped(from)} uses ${escaped(to)}</title></path>`;
}

function drawBox({ title, words }: Box, x: number, y: number): string {
  const text = (line: string, at: number, style: string): string =>
    `<text x="${round(x)}" y="${y + at}" text-anchor="middle" ${style}>${escaped(line)}</text>`;
  return [
    `<rect x="${round(x - BOX.width / 2)}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="#eef4fb" stroke="#3a6ea5"/>`,
    text(title, 22, 'font-size="14" font-weight="600" fill="#16324f"'),
    text(words, 40, 'font-size="11" fill="#41566b"'),
  ].join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
