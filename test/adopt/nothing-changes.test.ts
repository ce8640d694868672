/** Random hosts: what is taken over and applied there changes nothing, and neither does leaving again. */
import fc from 'fast-check';
import t from 'tap';
import { specOf } from '../../agent/adopt/adopted-spec.ts';
import { excludes } from '../../agent/adopt/exclusion.ts';
import { gather } from '../../agent/adopt/walk.ts';
import { SpecChecker } from '../../agent/desired/spec-checker.ts';
import { validateDocument } from '../../agent/desired/validate.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { DEFAULT_POLICY } from '../../agent/verify/local-policy.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { EngineNode, verified } from '../support/engine-node.ts';
import { TEST_SETTINGS } from '../support/test-host.ts';
import { plant, type Thing, type Tree } from '../support/tree.ts';

/** More where somebody has the time: `KEELSON_RUNS=500`. */
const RUNS = Number(process.env['KEELSON_RUNS'] ?? 60);
const MANIFESTS = '/etc/kubernetes/manifests';
const names = { user: () => null, group: () => null };
const signal = new AbortController().signal;

const owner = { uid: fc.constantFrom(0, 0, 33), gid: fc.constantFrom(0, 0, 44) };
const content = fc.oneof(
  fc.constantFrom(
    '',
    'plain\n',
    ' \n',
    '${facts.hostname} $${x}',
    '\ttab\r\n',
    '- yaml: "no"\n# x',
    '\uFEFFmark',
    'é\u2028',
  ),
  fc.uint8Array({ maxLength: 40 }),
);
const thing: fc.Arbitrary<Thing> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ file: content, mode: fc.constantFrom(0o644, 0o600, 0o755, 0o4755, 0o1644), ...owner }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      directory: fc.constant(true as const),
      mode: fc.constantFrom(0o755, 0o700, 0o2775, 0o1777),
      ...owner,
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom('nowhere', '/etc', '../${x}', '$${', 'a b\n').map((link) => ({ link })) },
);
const path = fc.constantFrom(
  '/etc/a',
  '/etc/a b',
  '/etc/d',
  '/etc/d/x',
  '/etc/d/${y}',
  '/etc/d/e/f',
  '/srv/é',
  '/srv/.keelson-1',
);
const manifest = fc.record({
  file: fc.constantFrom(
    'kind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec: {containers: [{name: web, image: "web:1"}]}\n',
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","annotations":{}},"spec":{"containers":[{"name":"web","image":"web:1","env":[{"name":"A","value":null}]}]}}',
    '# no pod\n',
  ),
  mode: fc.constantFrom(0o644, 0o600),
});
const tree = fc
  .tuple(
    fc.dictionary(path, thing),
    fc.dictionary(fc.constantFrom('web.yaml', 'web.json', 'x.yml'), manifest, { maxKeys: 1 }),
  )
  .map(([some, pods]): Tree => {
    const all = {
      ...some,
      ...Object.fromEntries(Object.entries(pods).map(([file, is]) => [`${MANIFESTS}/${file}`, is])),
    };
    // Only folders have something in them.
    const isBelow = (at: string): boolean =>
      Object.entries(all).some(([above, is]) => at.startsWith(`${above}/`) && !('directory' in is));
    return Object.fromEntries(
      Object.entries(all)
        .filter(([at]) => !isBelow(at))
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  });

async function picture(fs: FileSystem): Promise<string> {
  const lines: string[] = [];
  const digester = () => {
    const chunks: Uint8Array[] = [];
    return {
      update: (bytes: Uint8Array) => void chunks.push(bytes.slice()),
      finish: () => Buffer.concat(chunks).toString('hex'),
    };
  };
  for (const top of ['/etc', '/srv'])
    for await (const entry of fs.auditTree(top, digester, signal)) {
      const { path: at, type, mode, uid, gid, inode, links, modifiedMs, target = '', digest = '' } = entry;
      lines.push(JSON.stringify([at, type, mode, uid, gid, inode, links, modifiedMs, target, digest]));
    }
  return lines.join('\n');
}

t.test('taking over, applying, leaving', async (t) => {
  const checker = await SpecChecker.of(kinds);
  let resources = 0;
  await fc.assert(
    fc.asyncProperty(tree, async (found) => {
      await using node = await EngineNode.on();
      const outside = await node.outside();
      for (const folder of ['/etc', '/srv', MANIFESTS])
        await outside.ensureDirectory(folder, { mode: 0o755, uid: 0, gid: 0 });
      await plant(outside, found);
      const before = await picture(outside);
      const host = { fs: outside, names, settings: TEST_SETTINGS, withSecrets: true };
      const options = {
        kinds,
        policy: DEFAULT_POLICY,
        settings: TEST_SETTINGS,
        fs: outside,
        series: 'lb',
        comment: [],
      };
      const haul = await gather(['/etc', '/srv'], { ...options, host, excluded: excludes([]), signal });
      const { text, sections } = await specOf(haul, options);
      const { spec, findings } = validateDocument(Buffer.from(text), { checker, settings: TEST_SETTINGS });
      if (spec === null) throw new Error(JSON.stringify(findings));
      resources += Object.values(sections).reduce((sum, section) => sum + Object.keys(section).length, 0);
      if ((await picture(outside)) !== before) throw new Error('adopting changed something');
      await node.start();
      const status = await node.accept(verified(1, spec.sections));
      await node.clock.advance(2 * 60 * 60_000);
      if (status.verdict !== 'OK') throw new Error(`${status.verdict}: ${status.reason?.message}`);
      if ((await picture(outside)) !== before) throw new Error('applying changed something');
      await node.engine.leave('restore', 'uid 0');
      await node.settled();
      if ((await picture(outside)) !== before) throw new Error('leaving changed something');
    }),
    { numRuns: RUNS },
  );
  t.ok(resources > RUNS, `${resources} resources of ${RUNS} hosts`);
});
