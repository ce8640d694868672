/**
 * Proof 6 of the engine: random specs, edits and deletions from outside, adoption, removal in every way, kinds that
 * leave the registry, crashes and leaving, against a model of the ledger that fits on one page. The host must always
 * be what the model says, byte for byte; and nothing is ever removed that Keelson neither wrote nor was told to own.
 */
import fc from 'fast-check';
import t from 'tap';
import { kinds } from '../../agent/resources/registry.ts';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { baseName, parentPath, partsOf } from '../../hostfs/path.ts';
import type { Primitives } from '../../hostfs/primitives.ts';
import { EngineNode, verified, type Sections } from '../support/engine-node.ts';

const MINUTE = 60_000;
/** Lives of a node; more where somebody has the time: `KEELSON_RUNS=500`. */
const RUNS = Number(process.env['KEELSON_RUNS'] ?? 30);
const FILES = ['/m/a', '/m/d/x', '/m/d/y'] as const;
const FOLDER = '/m/d';
const PATHS = [...FILES, FOLDER];
const NEVER = { type: 'file', path: '/run/never', boot: false, timeoutMs: 1_000 } as const;
type Path = (typeof FILES)[number];
type OnRemove = 'default' | 'delete' | 'restore' | 'keep';
/** `file 644 ours-1`, `link ours-2`, `directory`; null: nothing there. */
type Thing = string | null;

interface Wish {
  readonly path: Path;
  readonly kind: 'file' | 'link';
  readonly is: string;
  readonly onRemove: OnRemove;
}

interface Row {
  readonly original: Thing;
  readonly last: Thing;
  readonly onRemove: OnRemove;
}

type Action =
  | { readonly do: 'accept'; readonly wishes: readonly Wish[]; readonly good: boolean }
  /** rests: long enough to be repaired before anything else happens. */
  | { readonly do: 'edit'; readonly path: Path; readonly to: string | null; readonly rests: boolean }
  | { readonly do: 'restart'; readonly links: boolean; readonly crash: boolean }
  | { readonly do: 'leave'; readonly how: 'keep' | 'restore' };

/** What Keelson should make of it all. */
class Model {
  readonly host = new Map<string, Thing>(PATHS.map((path) => [path, null]));
  rows = new Map<string, Row>();
  running: readonly Wish[] = [];
  links = true;

  at(path: string): Thing {
    return this.host.get(path) ?? null;
  }

  edit(path: Path, to: Thing, rests: boolean): void {
    if (to !== null && this.at(FOLDER) === null && path.startsWith(FOLDER)) this.host.set(FOLDER, 'directory');
    this.host.set(path, to);
    if (rests) this.converge(this.running);
  }

  accept(wishes: readonly Wish[], good: boolean): void {
    if (good) this.running = wishes;
    this.converge(this.running);
  }

  /** First what is not wanted any more goes its way, then what is wanted comes about. */
  converge(all: readonly Wish[]): void {
    const wishes = all.filter((wish) => this.#isKnown(addressOf(wish)));
    const wanted = new Set(wishes.map(addressOf));
    if (wishes.some(({ path }) => path.startsWith(FOLDER))) wanted.add(`directory:${FOLDER}`);
    for (const [address, row] of this.rows) {
      if (wanted.has(address) || !this.#isKnown(address) || address === `directory:${FOLDER}`) continue;
      this.#remove(pathOf(address), row, row.onRemove);
      this.rows.delete(address);
    }
    if (wanted.has(`directory:${FOLDER}`) && this.at(FOLDER) === null) {
      this.host.set(FOLDER, 'directory');
      this.rows.set(`directory:${FOLDER}`, { original: null, last: 'directory', onRemove: 'default' });
    }
    for (const wish of wishes) {
      const address = addressOf(wish);
      const original = this.rows.get(address)?.original;
      this.rows.set(address, {
        original: original === undefined ? this.at(wish.path) : original,
        last: wish.is,
        onRemove: wish.onRemove,
      });
      this.host.set(wish.path, wish.is);
    }
    if (!wanted.has(`directory:${FOLDER}`) && this.rows.delete(`directory:${FOLDER}`)) this.#removeFolder();
  }

  leave(how: 'keep' | 'restore'): void {
    if (how === 'restore') {
      for (const [address, row] of this.rows)
        if (this.#isKnown(address) && pathOf(address) !== FOLDER) this.#remove(pathOf(address), row, 'restore');
      if (this.rows.has(`directory:${FOLDER}`)) this.#removeFolder();
    }
    this.rows.clear();
    this.running = [];
  }

  #remove(path: string, { original, last }: Row, onRemove: OnRemove): void {
    // Gone, kept, or edited since: nothing is done.
    if (this.at(path) !== last || onRemove === 'keep') return;
    this.host.set(path, onRemove === 'delete' ? null : original);
  }

  #removeFolder(): void {
    if (FILES.every((path) => !path.startsWith(FOLDER) || this.at(path) === null)) this.host.set(FOLDER, null);
  }

  #isKnown(address: string): boolean {
    return this.links || !address.startsWith('link:');
  }
}

const addressOf = ({ kind, path }: Wish): string => `${kind}:${path}`;
const pathOf = (address: string): string => address.slice(address.indexOf(':') + 1);

/** The real thing, driven by the same actions. */
class Subject {
  node: EngineNode;
  #generation = 0;
  /** What of others was unlinked by the agent. */
  readonly stolen: string[] = [];

  constructor(node: EngineNode) {
    this.node = node;
  }

  static async begin(found: Readonly<Partial<Record<Path, string>>>): Promise<Subject> {
    const subject = new Subject(await EngineNode.on());
    await (await subject.node.outside()).ensureDirectory('/m', { mode: 0o755, uid: 0, gid: 0 });
    for (const [path, is] of Object.entries(found)) await subject.#put(path, is);
    await subject.#start();
    return subject;
  }

  async #start(): Promise<void> {
    this.#watch();
    await this.node.start();
    await this.node.settled();
  }

  /** Somebody else's thing may be replaced by ours (its bytes are kept), but never removed. */
  #watch(): void {
    const { machine } = this.node;
    machine.onPrimitive = ({ primitive, path }) => {
      if (primitive !== 'unlink' || baseName(path).startsWith('.') || !path.startsWith('/m/')) return;
      const is = thingAt(machine.outside, path);
      if (is?.includes('theirs') === true) this.stolen.push(`${path}: ${is}`);
    };
  }

  async do(action: Action): Promise<void> {
    switch (action.do) {
      case 'accept':
        this.#generation += 1;
        await this.node.accept(
          verified(this.#generation, sectionsOf(action.wishes), { gates: action.good ? [] : [NEVER] }),
        );
        break;
      case 'edit':
        await this.#put(action.path, action.to);
        // Longer than the rest of a repair, and rare enough to be no fight.
        if (action.rests) await this.node.clock.advance(3 * MINUTE);
        return;
      case 'restart': {
        if (!action.crash) await this.node.stop();
        const before = this.node;
        this.node = await before.crash(losesNothing, {
          kinds: action.links ? kinds : kinds.filter(({ name }) => name !== 'links'),
          // A crash of the agent is no loop of crashes where boots lie between.
          bootId: `boot-${this.node.clock.monotonic()}`,
        });
        await this.#start();
        break;
      }
      case 'leave':
        await this.node.engine.leave(action.how, 'uid 0');
        break;
    }
    await this.node.settled();
  }

  picture(): Readonly<Record<string, Thing>> {
    return Object.fromEntries(PATHS.map((path) => [path, thingAt(this.node.machine.outside, path)]));
  }

  ledger(): readonly string[] {
    const ours = [...this.node.state.ledger.keys()].filter((address) => PATHS.includes(pathOf(address)));
    return ours.toSorted((x, y) => (x < y ? -1 : 1));
  }

  async #put(path: string, is: Thing): Promise<void> {
    const fs = await this.node.outside();
    if (is === null) return fs.remove(path);
    await fs.ensureDirectory(parentPath(path), { mode: 0o755, uid: 0, gid: 0 });
    const [type, ...rest] = is.split(' ');
    if (type === 'link') await fs.stageLink(path, '.outside', rest[0] ?? '', { uid: 0, gid: 0 });
    else
      await fs.stage(path, '.outside', Buffer.from(rest[1] ?? ''), {
        mode: Number.parseInt(rest[0] ?? '', 8),
        uid: 0,
        gid: 0,
      });
    await fs.publish(path, '.outside');
    await fs.flush();
  }
}

/** What is at a path, in the words of the model, seen past the agent. */
function thingAt(outside: Primitives, path: string): Thing {
  let folder = outside.openRoot();
  try {
    for (const part of partsOf(parentPath(path))) {
      if (outside.lstat(folder, part)?.type !== 'directory') return null;
      const inner = outside.openDirectory(folder, part);
      outside.close(folder);
      folder = inner;
    }
    const name = baseName(path);
    const stat = outside.lstat(folder, name);
    if (stat === null || stat.type === 'directory') return stat && 'directory';
    if (stat.type === 'link') return `link ${outside.readlink(folder, name)}`;
    const file = outside.openFile(folder, name, 'read');
    const bytes = new Uint8Array(stat.size);
    // The twin reads at once.
    void outside.read(file, bytes, 0);
    outside.close(file);
    return `file ${stat.mode.toString(8)} ${Buffer.from(bytes).toString()}`;
  } finally {
    outside.close(folder);
  }
}

function sectionsOf(wishes: readonly Wish[]): Sections {
  const files: Record<string, object> = {};
  const links: Record<string, object> = {};
  for (const { path, kind, is, onRemove } of wishes) {
    const [, first = '', content = ''] = is.split(' ');
    const shared = onRemove === 'default' ? {} : { onRemove };
    if (kind === 'link') links[path] = { target: first, ...shared };
    else files[path] = { content: { inline: content }, mode: `0${first}`, ...shared };
  }
  return { files, links };
}

const path = fc.constantFrom(...FILES);
const onRemove = fc.constantFrom<OnRemove[]>('default', 'delete', 'restore', 'keep');
const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({
    path,
    kind: fc.constant('file' as const),
    is: fc.constantFrom('file 644 ours-1', 'file 600 ours-2', 'file 644 shared'),
    onRemove,
  }),
  fc.record({ path, kind: fc.constant('link' as const), is: fc.constantFrom('link ours-3', 'link shared'), onRemove }),
);
const theirs = fc.constantFrom(
  'file 640 theirs-1',
  'file 644 theirs-2',
  'file 644 shared',
  'link theirs-3',
  'link shared',
);
const wishes = fc.uniqueArray(wish, { selector: (each) => each.path, maxLength: 3 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('accept' as const), wishes, good: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('edit' as const), path, to: fc.option(theirs), rests: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('restart' as const), links: fc.boolean(), crash: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('leave' as const),
      how: fc.constantFrom('keep' as const, 'restore' as const),
    }),
  },
);
const first: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('accept' as const),
  wishes: fc.uniqueArray(wish, { selector: (each) => each.path, minLength: 2, maxLength: 3 }),
  good: fc.constant(true),
});
const found = fc.dictionary(path, theirs, { maxKeys: 3 });

t.test(
  'proof 6: the host is always what the model of the ledger says; nothing of others is removed; originals return',
  async (t) => {
    let actions = 0;
    await fc.assert(
      fc.asyncProperty(found, first, fc.array(action, { minLength: 2, maxLength: 10 }), async (before, begin, all) => {
        const model = new Model();
        for (const [at, is] of Object.entries(before)) model.edit(at as Path, is, false);
        const subject = await Subject.begin(before);
        try {
          for (const each of [begin, ...all, { do: 'leave', how: 'restore' } as const]) {
            actions += 1;
            const next = apply(model, each);
            await subject.do(next);
            const [is, should] = [subject.picture(), Object.fromEntries(model.host)];
            if (JSON.stringify(is) !== JSON.stringify(should))
              throw new Error(`after ${JSON.stringify(next)}: ${JSON.stringify({ is, should })}`);
            const [owned, rows] = [subject.ledger(), [...model.rows.keys()].toSorted((x, y) => (x < y ? -1 : 1))];
            if (JSON.stringify(owned) !== JSON.stringify(rows))
              throw new Error(`after ${JSON.stringify(next)}: ${JSON.stringify({ owned, rows })}`);
            if (subject.stolen.length > 0) throw new Error(`removed: ${subject.stolen.join(', ')}`);
            if (subject.node.state.anomalies.length > 0) throw new Error(subject.node.state.anomalies.join(', '));
          }
        } finally {
          await subject.node[Symbol.asyncDispose]();
        }
      }),
      { numRuns: RUNS },
    );
    t.pass(`${actions} actions in ${RUNS} lives of a node`);
  },
);

/** The action as this node can have it (a kind that it does not know is in no spec), done to the model. */
function apply(model: Model, action: Action): Action {
  switch (action.do) {
    case 'accept': {
      const known = action.wishes.filter(({ kind }) => model.links || kind === 'file');
      model.accept(known, action.good);
      return { ...action, wishes: known };
    }
    case 'edit':
      model.edit(action.path, action.to, action.rests);
      return action;
    case 'restart': {
      // A release without a kind finds no open transaction of it: it would only look (newer-format.test.ts).
      const crash = action.crash && action.links === model.links;
      model.links = action.links;
      model.converge(model.running);
      return { ...action, crash };
    }
    case 'leave':
      model.leave(action.how);
      return action;
  }
}
