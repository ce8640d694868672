/** Boxes and arrows as a graph: which boxes use each other, which arrows tell something, which row a box stands in. */

/** What is drawn as one box; `words` say what it is for. */
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

/** Boxes that use each other, together; most are alone. */
export type Groups = readonly (readonly Box[])[];
/** By the id of a box. */
export type GroupOf = ReadonlyMap<string, readonly Box[]>;

/** Strongly connected: each reaches the other. Groups and members in the order of their ids. */
export function groupsOf(boxes: readonly Box[], arrows: readonly Arrow[]): Groups {
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

/** Arrows between groups that no other way implies. Where one leads to a member by more than types, that one is told. */
export function essential(groups: Groups, groupOf: GroupOf, arrows: readonly Arrow[]): readonly Arrow[] {
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
export function rowsOf(
  groups: Groups,
  groupOf: GroupOf,
  arrows: readonly Arrow[],
): ReadonlyMap<readonly Box[], number> {
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
