/** Rule 16: what leaves the spec is deleted if we made it, restored if we took it over, or left as it is. */
import type { Test } from 'tap';
import type { AnyKind } from '../../agent/resources/kind.ts';
import { picture, plant, uproot, type Tree } from '../support/tree.ts';
import { LittleEngine } from './little-engine.ts';
import { expanded, filesAt, meddle, pathsOf, type HostMaker, type KindFixture } from './transitions.ts';

export async function removal(t: Test, kind: AnyKind, fixture: KindFixture, makeHost: HostMaker): Promise<void> {
  const begin = async (original: Tree) => {
    const host = await makeHost(t);
    const items = expanded(kind, fixture.section, host.context);
    host.stores.learn(items);
    const { fs } = host.hosts.mutate;
    await plant(fs, fixture.found ?? {});
    for (const path of pathsOf(items)) await uproot(fs, path);
    await plant(fs, original);
    const before = await picture(host);
    const engine = new LittleEngine([kind], host);
    const adopted = (await engine.converge(items)).map(({ adopts }) => adopts);
    return { engine, before, adopted, paths: pathsOf(items) };
  };
  const made = {};
  const takenOver = fixture.original ?? filesAt(pathsOf(expanded(kind, fixture.section, (await makeHost(t)).context)));

  await t.test('what we made goes', async (t) => {
    const { engine, before, adopted } = await begin(made);
    t.notOk(adopted.includes(true), 'nothing was taken over');
    await engine.converge([]);
    t.same(await picture(engine.host), before);
    t.equal(engine.ledger.size, 0);
  });
  await t.test('what we took over comes back', async (t) => {
    const { engine, before, adopted } = await begin(takenOver);
    t.notOk(adopted.includes(false), 'the plan says that it is taken over');
    await engine.converge([]);
    t.same(await picture(engine.host), before);
    t.equal(engine.ledger.size, 0);
  });
  const left = async (t: Test, engine: LittleEngine): Promise<void> => {
    const before = await picture(engine.host);
    const { changes, notes } = await engine.look([]);
    t.same(changes, [], 'nothing is planned');
    t.same(
      notes.map(({ disown }) => disown),
      [...engine.ledger].map(() => true),
      'each is said, and let go',
    );
    await engine.converge([]);
    t.same(await picture(engine.host), before);
    t.equal(engine.ledger.size, 0);
  };
  await t.test('what was edited since is left', async (t) => {
    const { engine, paths } = await begin(made);
    await meddle(engine, paths);
    await left(t, engine);
  });
  await t.test('what is gone already is let go', async (t) => {
    const { engine, paths } = await begin(made);
    for (const path of paths) await uproot(engine.host.hosts.mutate.fs, path);
    await left(t, engine);
  });
  await t.test('what is to be kept is kept', async (t) => {
    const { engine } = await begin(takenOver);
    for (const [address, row] of engine.ledger) engine.ledger.set(address, { ...row, onRemove: 'keep' });
    await left(t, engine);
  });
}
