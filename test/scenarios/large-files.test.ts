/** A sparse file of terabytes costs whoever makes it nothing. The agent is not to pay for it either. */
import { copyFileSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { example, keelson, started } from './program.ts';

const TIB = 2 ** 40;
const config = 'etc/haproxy/haproxy.cfg';
const manifest = 'etc/kubernetes/manifests/haproxy.json';

/** A root with the example to be taken, unsigned. */
function unsignedRoot(t: Test) {
  const root = t.testdir();
  for (const folder of ['config.d', 'specs.d']) mkdirSync(join(root, 'etc/keelson', folder), { recursive: true });
  writeFileSync(join(root, 'etc/keelson/config.d/10.yaml'), 'trust: { allowUnsigned: [lb] }\n');
  copyFileSync(example, join(root, 'etc/keelson/specs.d/edge-node.yaml'));
  const blowUp = (path: string, size: number) => truncateSync(join(root, path), size);
  const sizeOf = (path: string) => statSync(join(root, path)).size;
  return { root, blowUp, sizeOf, at: (...args: string[]) => keelson('--root', root, ...args) };
}

t.test('a managed file blown up to 15 TiB, and a manifest: seen as different, told, repaired at once', async (t) => {
  const { root, blowUp, sizeOf, at } = unsignedRoot(t);
  const agent = started(t, '--root', root, 'agent');
  await agent.says(/"event":"ready"/u);
  const following = started(t, '--root', root, 'events', '--follow', '--after', '0');
  await following.says(/VerdictGood/u);
  const before = [config, manifest].map(sizeOf);
  await at('hold', '--all', '--for', '1h', '--reason', 'to look at the plan');
  blowUp(config, 15 * TIB);
  blowUp(manifest, 1 * TIB);
  const { out } = await at('plan');
  t.match(out, /file:\/etc\/haproxy\/haproxy\.cfg.*content \(15 TiB\)/u);
  t.match(out, /pod:haproxy.*\(1 TiB\)/u);
  t.match(await at('diff'), { out: /content 15 TiB → \d+ bytes/u });
  await at('release', '--all');
  await following.says(/DriftRepaired.*haproxy\.cfg/u);
  await following.says(/DriftRepaired.*pod:haproxy/u);
  t.same([config, manifest].map(sizeOf), before);
  t.equal((await agent.stop('SIGTERM')).code, 0);
});

t.test(
  'one that lies there before: not taken over, as nothing is above 16 MiB, and nothing waits for it',
  async (t) => {
    const { root, blowUp, sizeOf, at } = unsignedRoot(t);
    mkdirSync(join(root, 'etc/haproxy'), { recursive: true });
    writeFileSync(join(root, config), '');
    blowUp(config, 15 * TIB);
    const agent = started(t, '--root', root, 'agent');
    await agent.says(/"event":"ready"/u);
    const following = started(t, '--root', root, 'events', '--follow', '--after', '0');
    await following.says(/RolledBack.*haproxy\.cfg: 16492674416640 bytes.*KSN-FILE-005/u);
    t.match(await at('plan', example), { out: /take over: content \(15 TiB\)/u });
    t.equal(sizeOf(config), 15 * TIB);
    t.equal((await agent.stop('SIGTERM')).code, 0);
  },
);
