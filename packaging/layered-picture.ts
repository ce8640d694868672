/**
 * A picture of boxes in rows with arrows that lead downwards: who stands above uses who stands below. Small and
 * deterministic, so that the picture can be committed: the same boxes and arrows give the same bytes.
 *
 * An arrow that other arrows imply (a → b → c says a → c) is left out. Boxes that use each other stand side by side.
 */
export interface Box {
  readonly id: string;
  readonly title: string;
  readonly words: string;
}

/** `from` uses `to`; both are ids of boxes. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Types alone: nothing of it is there at run time. */
  readonly typesOnly: boolean;
}

const BOX = { width: 190, height: 52, gap: 26 } as const;
const ROW_HEIGHT = 104;
const LANE_WIDTH = 18;
const MARGIN = 24;
const SWEEPS = 24;

/** Boxes that use each other are one node; a lane is where a long arrow passes a row. */
interface Node {
  readonly boxes: readonly Box[];
  readonly row: number;
  readonly width: number;
  x: number;
}

/** Between neighbouring rows. */
interface Link {
  readonly upper: Node;
  readonly lower: Node;
}

interface Route {
  readonly arrow: Arrow;
  /** From the upper end to the lower one. */
  readonly nodes: readonly Node[];
}

/** The picture as SVG. */
export function layeredPicture(boxes: readonly Box[], arrows: readonly Arrow[]): string {
  const groups = groupsOf(boxes, arrows);
  const groupOf = new Map(groups.flatMap((group) => group.map(({ id }) => [id, group] as const)));
  const direct = essential(groups, groupOf, arrows);
  const rows = rowsOf(groups, groupOf, direct);
  const nodeOf = new Map(groups.map((group) => [group, nodeFor(group, rows.get(group) ?? 0)] as const));
  const nodes = [...nodeOf.values()];
  const routes = direct.map((arrow) => routeOf(arrow, (id) => nodeOf.get(groupOf.get(id) ?? []), nodes));
  const links = routes.flatMap((route) =>
    route.nodes.slice(1).map((lower, at): Link => ({ upper: route.nodes[at] ?? lower, lower })),
  );
  place(nodes, links);
  const inside = arrows.filter(({ from, to }) => groupOf.get(from) === groupOf.get(to));
  return draw(nodes, routes, inside);
}

/** Strongly connected: each reaches the other. */
function groupsOf(boxes: readonly Box[], arrows: readonly Arrow[]): readonly (readonly Box[])[] {
  const reach = new Map(boxes.map(({ id }) => [id, reachable(id, arrows)]));
  const groups: Box[][] = [];
  for (const box of boxes.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const own = groups.find(([first]) => first !== undefined && both(first.id, box.id, reach));
    if (own === undefined) groups.push([box]);
    else own.push(box);
  }
  return groups;
}

function both(a: string, b: string, reach: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return reach.get(a)?.has(b) === true && reach.get(b)?.has(a) === true;
}

function reachable(from: string, arrows: readonly Arrow[]): ReadonlySet<string> {
  const found = new Set<string>();
  const todo = [from];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    for (const arrow of arrows) {
      if (arrow.from !== at || found.has(arrow.to)) continue;
      found.add(arrow.to);
      todo.push(arrow.to);
    }
  }
  return found;
}

type Groups = readonly (readonly Box[])[];
type GroupOf = ReadonlyMap<string, readonly Box[]>;

/** Arrows between groups that no other way implies. Where one leads to a member by more than types, that one is told. */
function essential(groups: Groups, groupOf: GroupOf, arrows: readonly Arrow[]): readonly Arrow[] {
  const outer = arrows.filter(({ from, to }) => groupOf.get(from) !== groupOf.get(to));
  const reach = new Map(
    groups.map((group) => [
      group,
      new Set(group.flatMap(({ id }) => [...reachable(id, arrows)].map((to) => groupOf.get(to)))),
    ]),
  );
  const kept = outer.filter(({ from, to }) => {
    const [upper, lower] = [groupOf.get(from), groupOf.get(to)];
    return !outer.some((other) => {
      const middle = groupOf.get(other.to);
      return groupOf.get(other.from) === upper && middle !== lower && reach.get(middle ?? [])?.has(lower) === true;
    });
  });
  return kept
    .filter((arrow) => !arrow.typesOnly || !kept.some((other) => !other.typesOnly && isBeside(other, arrow, groupOf)))
    .toSorted((a, b) => (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1));
}

function isBeside(a: Arrow, b: Arrow, groupOf: GroupOf): boolean {
  return groupOf.get(a.from) === groupOf.get(b.from) && groupOf.get(a.to) === groupOf.get(b.to);
}

/** The longest way down; 0 uses nobody. */
function rowsOf(groups: Groups, groupOf: GroupOf, arrows: readonly Arrow[]): ReadonlyMap<readonly Box[], number> {
  const rows = new Map<readonly Box[], number>();
  const rowOf = (group: readonly Box[]): number => {
    const known = rows.get(group);
    if (known !== undefined) return known;
    const below = arrows.filter(({ from }) => groupOf.get(from) === group).map(({ to }) => groupOf.get(to) ?? []);
    const row = Math.max(-1, ...below.map(rowOf)) + 1;
    rows.set(group, row);
    return row;
  };
  for (const group of groups) rowOf(group);
  return rows;
}

function nodeFor(boxes: readonly Box[], row: number): Node {
  return { boxes, row, x: 0, width: boxes.length * (BOX.width + BOX.gap) - BOX.gap };
}

function routeOf(arrow: Arrow, nodeOf: (id: string) => Node | undefined, nodes: Node[]): Route {
  const [upper, lower] = [nodeOf(arrow.from), nodeOf(arrow.to)];
  if (upper === undefined || lower === undefined) throw new Error(`${arrow.from} → ${arrow.to}: no such box`);
  const lanes: Node[] = [];
  for (let row = upper.row - 1; row > lower.row; row -= 1) lanes.push({ boxes: [], row, x: 0, width: LANE_WIDTH });
  nodes.push(...lanes);
  return { arrow, nodes: [upper, ...lanes, lower] };
}

/** Orders each row by where its neighbours stand, and keeps the order with the fewest crossings. */
function place(nodes: readonly Node[], links: readonly Link[]): void {
  const rows: Node[][] = [];
  for (const node of nodes) (rows[node.row] ??= []).push(node);
  let best = { crossings: Number.POSITIVE_INFINITY, rows: rows.map((row) => [...row]) };
  for (const row of rows) spread(row, () => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows.toReversed() : rows) {
      const wish = new Map(row.map((node) => [node, mean(neighbours(node, links, down)) ?? node.x]));
      row.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
      spread(row, (node) => wish.get(node) ?? 0);
    }
    const crossings = crossingsOf(rows, links);
    if (crossings < best.crossings) best = { crossings, rows: rows.map((row) => [...row]) };
  }
  for (const row of best.rows) spread(row, () => 0);
  for (let pass = 0; pass < SWEEPS; pass += 1) {
    for (const row of pass % 2 === 0 ? best.rows.toReversed() : best.rows)
      spread(row, (node) => mean([...neighbours(node, links, true), ...neighbours(node, links, false)]) ?? node.x);
  }
}

function neighbours(node: Node, links: readonly Link[], above: boolean): readonly number[] {
  return links.flatMap(({ upper, lower }) =>
    above ? (lower === node ? [upper.x] : []) : upper === node ? [lower.x] : [],
  );
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** As near as may be to the places wished for, in this order and without overlap (pool adjacent violators). */
function spread(row: readonly Node[], wish: (node: Node) => number): void {
  const offsets: number[] = [];
  for (const [at, node] of row.entries()) {
    const before = row[at - 1];
    offsets.push(before === undefined ? 0 : (offsets[at - 1] ?? 0) + (before.width + node.width) / 2 + BOX.gap);
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [at, node] of row.entries()) {
    pools.push({ sum: wish(node) - (offsets[at] ?? 0), count: 1 });
    for (let last = pools.at(-1), before = pools.at(-2); last !== undefined && before !== undefined;) {
      if (before.sum / before.count <= last.sum / last.count) break;
      before.sum += last.sum;
      before.count += last.count;
      pools.pop();
      [last, before] = [pools.at(-1), pools.at(-2)];
    }
  }
  let at = 0;
  for (const { sum, count } of pools) {
    for (let member = 0; member < count; member += 1, at += 1) {
      const node = row[at];
      if (node !== undefined) node.x = sum / count + (offsets[at] ?? 0);
    }
  }
}

function crossingsOf(rows: readonly (readonly Node[])[], links: readonly Link[]): number {
  const order = new Map(rows.flatMap((row) => row.map((node, at) => [node, at] as const)));
  let crossings = 0;
  for (const [at, a] of links.entries()) {
    for (const b of links.slice(at + 1)) {
      if (a.upper.row !== b.upper.row) continue;
      const above = (order.get(a.upper) ?? 0) - (order.get(b.upper) ?? 0);
      const below = (order.get(a.lower) ?? 0) - (order.get(b.lower) ?? 0);
      if (above * below < 0) crossings += 1;
    }
  }
  return crossings;
}

function draw(nodes: readonly Node[], routes: readonly Route[], inside: readonly Arrow[]): string {
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
