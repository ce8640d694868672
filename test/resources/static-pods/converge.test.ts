/**
 * Random pods on random states of the manifest folder, with the whole engine: what is asked for comes about, whatever
 * lies there and whoever has a hand in it; what is foreign is left, or quarantined; and leaving gives all of it back.
 */
import fc from 'fast-check';
import t from 'tap';
import type { KindSettings } from '../../../agent/resources/kind.ts';
import type { FileSystem } from '../../../hostfs/filesystem.ts';
import { EngineNode, verified } from '../../support/engine-node.ts';
import { plant, uproot, type Thing, type Tree } from '../../support/tree.ts';
import { pod } from './pods.ts';

/** More where somebody has the time: `KEELSON_RUNS=500`. */
const RUNS = Number(process.env['KEELSON_RUNS'] ?? 40);
const FOLDER = '/etc/kubernetes/manifests';
/** Longer than from one full look to the next. */
const REST_MS = 2 * 60 * 60_000;

type Wishes = Readonly<Record<string, { readonly image: string }>>;
type Policy = KindSettings['foreignManifests'];

const name = fc.constantFrom('a', 'b');
const wishes: fc.Arbitrary<Wishes> = fc.dictionary(name, fc.record({ image: fc.constantFrom('web:1', 'web:2') }));
const file = fc.constantFrom('a.json', 'b.json', 'a.yaml', 'other.yaml', 'a.json.bak', '.hidden');
/** Pods of the same names and of others, what kubelet cannot read, and what it does not look at. */
const text = fc.oneof(
  fc.record({ name: fc.constantFrom('a', 'b', 'other'), image: fc.constantFrom('web:1', 'web:3') }).map(theirs),
  fc.constantFrom('', 'kind: Pod\nmetadata: {', '{"kind":"List"}'),
);
const thing: fc.Arbitrary<Thing> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ file: text, mode: fc.constantFrom(0o644, 0o600) }) },
  { weight: 1, arbitrary: fc.constant({ directory: true } as const) },
  { weight: 1, arbitrary: fc.constant({ link: 'nowhere' }) },
);
const onHost: fc.Arbitrary<Tree> = fc
  .dictionary(file, thing, { maxKeys: 4 })
  .map((found) => Object.fromEntries(Object.entries(found).map(([at, is]) => [`${FOLDER}/${at}`, is])));
const policy = fc.constantFrom<Policy[]>('report', 'quarantine', 'ignore');

function theirs({ name: key, image }: { readonly name: string; readonly image: string }): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod({ metadata: { name: key }, container: { image } }) });
}

async function begin(found: Tree, foreignManifests: Policy) {
  const node = await EngineNode.on(undefined, { kindSettings: { foreignManifests } });
  const outside = await node.outside();
  await outside.ensureDirectory(FOLDER, { mode: 0o700, uid: 0, gid: 0 });
  await plant(outside, found);
  await node.start();
  let generation = 0;
  return {
    node,
    outside,
    foreignManifests,
    accept: (wanted: Wishes) => {
      const pods = Object.entries(wanted).map(([key, { image }]) => [key, { pod: pod({ container: { image } }) }]);
      return node.accept(verified((generation += 1), { staticPods: Object.fromEntries(pods) }));
    },
  };
}

/** By name: what is there, whole. */
async function picture(fs: FileSystem): Promise<ReadonlyMap<string, string>> {
  const lines = new Map<string, string>();
  for (const at of await fs.list(FOLDER)) {
    const path = `${FOLDER}/${at}`;
    const entry = await fs.lstat(path);
    const is = entry?.type === 'file' ? Buffer.from(await fs.read(path)).toString() : (entry?.target ?? '');
    lines.set(at, `${entry?.type} ${entry?.type === 'link' ? '' : entry?.mode.toString(8)} ${is}`);
  }
  return lines;
}

/** Throws what is not as the generation asks. */
async function converged(
  { node, outside, foreignManifests }: Awaited<ReturnType<typeof begin>>,
  wanted: Wishes,
  before: ReadonlyMap<string, string>,
  everOurs: ReadonlySet<string>,
): Promise<void> {
  const fail = (what: string): never => {
    throw new Error(what);
  };
  const { verdict, reason } = node.engine.status();
  if (verdict !== 'OK') fail(`${verdict}: ${reason?.message}`);
  const { waves } = await node.engine.preview();
  if (waves.length > 0) fail(`left to do: ${JSON.stringify(waves)}`);
  const after = await picture(outside);
  for (const [key, { image }] of Object.entries(wanted)) {
    const is = after.get(`${key}.json`) ?? 'nothing';
    // Somebody else's text of the very pod stays as it lies.
    const text = theirs({ name: key, image });
    const asFound = is.endsWith(text) && is === before.get(`${key}.json`);
    const asWritten = is.startsWith('file 600 {') && is.includes(`"image": "${image}"`);
    if (!asFound && !asWritten) fail(`${key}: ${is}`);
  }
  const isWanted = (at: string): boolean => Object.hasOwn(wanted, at.replace(/\.json$/u, ''));
  for (const [at, is] of after) {
    if (at.startsWith('.keelson')) fail(`a temporary: ${at}`);
    if (isWanted(at) && at.endsWith('.json')) continue;
    const quarantined = foreignManifests === 'quarantine' && Object.keys(wanted).length > 0;
    if (quarantined && !at.startsWith('.') && is.startsWith('file')) fail(`not quarantined: ${at}`);
  }
  for (const [at, is] of before) {
    const mayGo = foreignManifests === 'quarantine' && is.startsWith('file') && !at.startsWith('.');
    if (!mayGo && !everOurs.has(at) && after.get(at) !== is) fail(`foreign, and changed: ${at}`);
  }
}

t.test('generations of pods come and go, and leaving gives back what was there', async (t) => {
  await fc.assert(
    fc.asyncProperty(policy, onHost, fc.array(wishes, { minLength: 1, maxLength: 3 }), async (how, found, all) => {
      const it = await begin(found, how);
      await using node = it.node;
      const first = await picture(it.outside);
      const ours = new Set<string>();
      for (const wanted of all) {
        const before = await picture(it.outside);
        for (const key of Object.keys(wanted)) ours.add(`${key}.json`);
        await it.accept(wanted);
        await node.clock.advance(REST_MS);
        await converged(it, wanted, before, ours);
      }
      await node.engine.leave('restore', 'uid 0');
      await node.settled();
      const [last, should] = [[...(await picture(it.outside))], [...first]].map((lines) => JSON.stringify(lines));
      if (last !== should) throw new Error(`left: ${last}, found: ${should}`);
    }),
    { numRuns: RUNS },
  );
  t.pass(`${RUNS} lives of a node`);
});

t.test('whatever others do to the manifest folder, it comes to rest as asked for', async (t) => {
  // Without a wish of its own it is a hand on what is there: drift.
  const step = fc.record({
    wish: fc.option(wishes),
    planted: onHost,
    removed: fc.subarray(['a.json', 'b.json', 'a.yaml']),
  });
  await fc.assert(
    fc.asyncProperty(policy, onHost, wishes, fc.array(step, { maxLength: 3 }), async (how, found, first, steps) => {
      const it = await begin(found, how);
      await using node = it.node;
      const ours = new Set<string>();
      let wanted = first;
      for (const { wish, planted, removed } of [{ wish: first, planted: {}, removed: [] }, ...steps]) {
        for (const path of [...removed.map((at) => `${FOLDER}/${at}`), ...Object.keys(planted)])
          await uproot(it.outside, path);
        await plant(it.outside, planted);
        const before = await picture(it.outside);
        wanted = wish ?? wanted;
        for (const key of Object.keys(wanted)) ours.add(`${key}.json`);
        if (wish !== null) await it.accept(wish);
        await node.clock.advance(REST_MS);
        await converged(it, wanted, before, ours);
      }
      // What others changed stays; it does not keep management from ending.
      await node.engine.leave('restore', 'uid 0');
      await node.settled();
      if (node.state.ledger.size > 0) throw new Error(`still ours: ${[...node.state.ledger.keys()].join(', ')}`);
    }),
    { numRuns: RUNS },
  );
  t.pass(`${RUNS} lives of a node`);
});
