/** What a kind takes over from a host and then applies there changes nothing of that host, and comes to rest. */
import type { Test } from 'tap';
import type { AdoptHost, AnyKind } from '../../agent/resources/kind.ts';
import { lookDigester } from '../../agent/resources/path-adopt.ts';
import { mutations, type CrashableHost } from '../support/test-host.ts';
import { picture, plant } from '../support/tree.ts';
import { LittleEngine, never } from './little-engine.ts';
import { expanded, pathsOf, type HostMaker, type KindFixture } from './transitions.ts';

export async function adoption(t: Test, kind: AnyKind, fixture: KindFixture, makeHost: HostMaker): Promise<void> {
  const host: CrashableHost = await makeHost(t);
  const first = expanded(kind, fixture.section, host.context);
  host.stores.learn(first);
  await plant(host.hosts.mutate.fs, fixture.found ?? {});
  await new LittleEngine([kind], host).converge(first);
  const before = await picture(host);

  const adopted = await adoptedFrom(kind, host, pathsOf(first));
  t.strictSame(Object.keys(adopted), Object.keys(fixture.section), 'each under its own key');
  const items = expanded(kind, adopted, host.context);
  host.stores.learn(items);
  const engine = new LittleEngine([kind], host);
  const { changes, waits } = await engine.look(items);
  t.strictSame(waits, []);
  const own = changes.filter(({ adopts }) => adopts);
  t.equal(own.length, Object.keys(adopted).length, 'each is taken over');
  for (const { address, from, to, summary } of changes) {
    t.ok(kind.same(from, to), `${address} stays as it is`);
    t.equal(summary, 'adopt as it is');
  }
  const writes = mutations(host.machine);
  await engine.converge(items);
  t.equal(mutations(host.machine), writes, 'nothing is written');
  t.same(await picture(host), before);
  t.same((await engine.look(items)).changes, [], 'and there is rest');
  await engine.converge([]);
  t.same(await picture(host), before, 'also when it leaves the spec');
}

async function adoptedFrom(
  kind: AnyKind,
  { hosts }: CrashableHost,
  paths: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const { fs, settings } = hosts.read;
  const names = { user: () => null, group: () => null };
  const host: AdoptHost = { fs, settings, names, withSecrets: true };
  const resources: Record<string, unknown> = {};
  for (const path of paths) {
    const found = await fs.audit(path, lookDigester);
    const made = found === null ? null : await kind.adopt?.(found, host, never);
    if (made === null || made === undefined || 'refused' in made) throw new Error(`${path} is not taken over`);
    Object.assign(resources, made.resources);
  }
  return resources;
}
