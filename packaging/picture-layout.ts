/** Where everything stands: nodes in rows, in an order with few crossings, as near as may be to their neighbours. */
import type { Arrow, Box } from './picture-graph.ts';

/** A box, and the gap beside it. */
export const BOX = { width: 190, height: 52, gap: 26 } as const;
const LANE_WIDTH = 18;
const SWEEPS = 24;

/** Boxes that use each other are one node; a lane is where a long arrow passes a row. */
export interface Node {
  readonly boxes: readonly Box[];
  readonly row: number;
  readonly width: number;
  /** Of its middle. */
  x: number;
}

/** Between neighbouring rows. */
export interface Link {
  readonly upper: Node;
  readonly lower: Node;
}

export interface Route {
  readonly arrow: Arrow;
  /** From the upper end to the lower one. */
  readonly nodes: readonly Node[];
}

/** The node of a group, not yet placed. */
export function nodeFor(boxes: readonly Box[], row: number): Node {
  return { boxes, row, x: 0, width: boxes.length * (BOX.width + BOX.gap) - BOX.gap };
}

/** The way of an arrow, with a new lane among `nodes` for every row that it passes. Throws where a box is missing. */
export function routeOf(arrow: Arrow, nodeOf: (id: string) => Node | undefined, nodes: Node[]): Route {
  const [upper, lower] = [nodeOf(arrow.from), nodeOf(arrow.to)];
  if (upper === undefined || lower === undefined) throw new Error(`${arrow.from} → ${arrow.to}: no such box`);
  const lanes: Node[] = [];
  for (let row = upper.row - 1; row > lower.row; row -= 1) lanes.push({ boxes: [], row, x: 0, width: LANE_WIDTH });
  nodes.push(...lanes);
  return { arrow, nodes: [upper, ...lanes, lower] };
}

/** Orders each row by where its neighbours stand, keeps the order with the fewest crossings, and sets every `x`. */
export function place(nodes: readonly Node[], links: readonly Link[]): void {
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
