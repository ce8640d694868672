/** The way to a path as the kernel goes it, for those who ask by whom each step may be passed or changed. */

/** What is known of a step; an entry of hostfs is one. */
export interface Looked {
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly target?: string;
}

/** One entry that the kernel looks up on the way. */
export interface Step<Entry extends Looked> {
  readonly path: string;
  readonly entry: Entry;
  /** What the path leads to, or a link in its place. */
  readonly isLast: boolean;
}

/** As the kernel (MAXSYMLINKS in include/linux/namei.h). */
const maxLinks = 40;

/** From "/" on, links on the way and at the end included. Ends where nothing is, or in a circle of links. */
export async function* stepsTo<Entry extends Looked>(
  look: (path: string) => Promise<Entry | null>,
  path: string,
): AsyncGenerator<Step<Entry>> {
  const queue = namesOf(path);
  let at = '/';
  let links = 0;
  for (let next: string | undefined = '/'; next !== undefined;) {
    const entry = await look(next);
    if (entry === null) return;
    yield { path: next, entry, isLast: queue.length === 0 };
    if (entry.type !== 'link' || entry.target === undefined) at = next;
    else if (++links > maxLinks) return;
    else {
      queue.push(...namesOf(entry.target));
      if (entry.target.startsWith('/')) at = '/';
    }
    let name = queue.pop();
    for (; name === '..'; name = queue.pop()) at = at.slice(0, at.lastIndexOf('/')) || '/';
    next = name === undefined ? undefined : `${at === '/' ? '' : at}/${name}`;
  }
}

/** The next one last. */
function namesOf(path: string): string[] {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .toReversed();
}
