/**
 * A model of the ledger under random specs, random hosts and random hands: the host comes to what each generation
 * asks for; what was never ours stays; and when everything has left the spec, it is as it was.
 */
import t from 'tap';
import fc from 'fast-check';
import { expandSections } from '../../../agent/desired/items.ts';
import { directories } from '../../../agent/resources/directories/index.ts';
import { files } from '../../../agent/resources/files/index.ts';
import { links } from '../../../agent/resources/links/index.ts';
import { LittleEngine } from '../../contract/little-engine.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { picture, plant, temporaries, uproot, type Thing, type Tree } from '../../support/tree.ts';

const kinds = [directories, files, links];
/** Leaves only, and their folders: nothing is asked for beneath what may be a file. */
const leaves = ['/d/a', '/d/b', '/d/sub/c', '/e/f/g'] as const;

const mode = fc.constantFrom(0o644, 0o600, 0o755, 0o4755, 0o2750);
const content = fc.constantFrom('', 'one', 'two', 'three');
const owner = fc.constantFrom(0, 1, 7);
const thing: fc.Arbitrary<Thing> = fc.oneof(
  fc.record({ file: content, mode, uid: owner, gid: owner }),
  fc.record({ directory: fc.constant(true as const), mode, uid: owner }),
  fc.record({ link: fc.constantFrom('a', '/nowhere') }),
);
const octal = (bits: number) => bits.toString(8).padStart(4, '0');
const wish = fc.oneof(
  fc
    .record({ content: fc.record({ inline: content }), mode: mode.map(octal), owner, group: owner })
    .map((raw) => ({ kind: 'files', raw })),
  fc.record({ mode: mode.map(octal), owner }).map((raw) => ({ kind: 'directories', raw })),
  fc.record({ target: fc.constantFrom('a', 'b') }).map((raw) => ({ kind: 'links', raw })),
);
const generation = fc.dictionary(fc.constantFrom(...leaves), wish);
const onHost: fc.Arbitrary<Tree> = fc.dictionary(fc.constantFrom(...leaves), thing);
const foreign: Tree = { '/d/foreign': { file: 'not ours' }, '/e/other/x': { file: 'nor this' } };

function sections(wishes: Readonly<Record<string, { readonly kind: string; readonly raw: unknown }>>) {
  const sections: Record<string, Record<string, unknown>> = {};
  for (const [path, { kind, raw }] of Object.entries(wishes)) (sections[kind] ??= {})[path] = raw;
  return sections;
}

async function start(found: Tree) {
  const host = await memoryHost();
  await plant(host.hosts.mutate.fs, { ...foreign, ...found });
  const engine = new LittleEngine(kinds, host);
  const reach = async (wishes: Parameters<typeof sections>[0]) => {
    const items = expandSections(sections(wishes), kinds, host.context);
    host.stores.learn(items);
    const changes = await engine.converge(items);
    const look = await engine.look(items);
    return { changes, left: [...look.changes, ...look.waits] };
  };
  return { host, engine, reach };
}

async function untouched(host: Awaited<ReturnType<typeof memoryHost>>): Promise<boolean> {
  const lines = await picture(host);
  return (
    (await temporaries(host)).length === 0 &&
    Object.keys(foreign).every((path) => lines.some((line) => line.startsWith(`${path} file 644 0:0`)))
  );
}

t.test('generations come and go, and the host is as it was', async (t) => {
  await fc.assert(
    fc.asyncProperty(onHost, fc.array(generation, { minLength: 1, maxLength: 4 }), async (found, generations) => {
      const { host, reach } = await start(found);
      const before = await picture(host);
      for (const wishes of [...generations, {}]) {
        const { left } = await reach(wishes);
        if (left.length > 0 || !(await untouched(host))) return false;
      }
      return same(await picture(host), before);
    }),
    { numRuns: 200 },
  );
  t.pass('200 runs');
});

t.test('every generation can be undone', async (t) => {
  await fc.assert(
    fc.asyncProperty(onHost, generation, generation, async (found, first, second) => {
      const { host, engine, reach } = await start(found);
      await reach(first);
      const before = await picture(host);
      const { changes } = await reach(second);
      for (const wave of engine.undo(oldestFirst(changes))) await engine.apply(await engine.stage([wave]));
      return same(await picture(host), before);
    }),
    { numRuns: 200 },
  );
  t.pass('200 runs');
});

t.test('whatever others do between, it comes to rest, and what is foreign stays', async (t) => {
  const step = fc.record({ wishes: generation, planted: onHost, removed: fc.subarray([...leaves]) });
  await fc.assert(
    fc.asyncProperty(onHost, fc.array(step, { maxLength: 4 }), async (found, steps) => {
      const { host, reach } = await start(found);
      for (const { wishes, planted, removed } of steps) {
        for (const path of [...removed, ...Object.keys(planted)]) await uproot(host.hosts.mutate.fs, path);
        await plant(host.hosts.mutate.fs, planted);
        if ((await reach(wishes)).left.length > 0 || !(await untouched(host))) return false;
      }
      return true;
    }),
    { numRuns: 200 },
  );
  t.pass('200 runs');
});

/** Of several changes of one address only the first `from` counts, as the engine's base has it. */
function oldestFirst<C extends { readonly address: string; readonly from: unknown; readonly to: unknown }>(
  changes: readonly C[],
): readonly C[] {
  const whole = new Map<string, C>();
  for (const change of changes) {
    const earlier = whole.get(change.address);
    whole.set(change.address, earlier === undefined ? change : { ...change, from: earlier.from });
  }
  return [...whole.values()];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.join('\n') === b.join('\n');
}
