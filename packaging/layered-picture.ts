/**
 * A picture of boxes in rows with arrows that lead downwards: who stands above uses who stands below. Small and
 * deterministic, so that the picture can be committed: the same boxes and arrows give the same bytes.
 *
 * An arrow that other arrows imply (a → b → c says a → c) is left out. Boxes that use each other stand side by side.
 */
import { draw } from './picture-drawing.ts';
import { essential, groupsOf, rowsOf, type Arrow, type Box } from './picture-graph.ts';
import { nodeFor, place, routeOf, type Link } from './picture-layout.ts';

export type { Arrow, Box } from './picture-graph.ts';

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
