/** Part of proof 1 of the engine: the real process on a real file system, killed at 200 random instants. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Seeded } from '../support/seeded.ts';
import { AgentProcess, keelson, makeBundle } from './kill/agent-process.ts';
import { Campaign, goodPicture } from './kill/campaign.ts';
import { FiredRoot } from './kill/fired-root.ts';
import { resourcesOf, STABLE, type Variant } from './kill/generations.ts';

const KILLS = 200;
/** KEELSON_SEED=N plays the same choices again, though not the same instants. */
const seed = process.env['KEELSON_SEED'];

t.setTimeout(700_000);
const folder = t.testdir();
const inside = (name: string): string => {
  mkdirSync(join(folder, name));
  return join(folder, name);
};
const bundle = makeBundle(folder);
const good = new Map([
  ['A', await goodPicture(bundle, inside('a'), 'A')],
  ['B', await goodPicture(bundle, inside('b'), 'B')],
] as const);

t.test('killed at random instants, it ends wholly as a generation says', { timeout: 600_000 }, async (t) => {
  for (const variant of ['A', 'B', 'check', 'effect', 'gate'] satisfies Variant[])
    t.ok(resourcesOf(variant) >= 30, `${variant} has thirty resources and more`);
  const random = new Seeded(...(seed === undefined ? [] : [Number(seed)]));
  t.comment(`seed ${random.seed}`);
  const tally = await new Campaign(inside('fire'), { bundle, random, good }).run(KILLS);
  t.comment(JSON.stringify(tally));
  t.equal(tally.kills, KILLS);
});

t.test('three kills in ten minutes: safe mode, until a person ends it', { timeout: 120_000 }, async (t) => {
  const place = new FiredRoot(inside('safe'));
  const at = (...args: string[]) => keelson(bundle, place.root, ...args);
  const start = (): AgentProcess => {
    const agent = new AgentProcess(bundle, place.root);
    t.teardown(() => agent.kill().catch(() => {}));
    return agent;
  };
  place.publish(1, 'A');
  let agent = start();
  await agent.until(({ verdict, running }) => verdict === 'OK' && running?.generation === 1);
  place.publish(2, 'gate', '10m');
  // All of it is there; only its gate does not hold.
  while ([...place.journal().state.open.values()].every(({ done }) => done.size < 20)) await sleep(50);
  for (let kills = 1; kills <= 3; kills += 1) {
    await agent.kill();
    agent = start();
    const { verdict } = await agent.until((status) => status.total > 0);
    t.equal(verdict, kills < 3 ? 'Changing' : 'SafeMode', `after ${kills} kills`);
  }

  const half = place.picture();
  const status = await agent.status();
  t.match(status.reason, { code: 'KSN-ENGINE-012', message: /three times.*the last journal step was \w+:\S+/u });
  t.match(status.blocked, [{ generation: 2 }]);
  place.edit(STABLE[0] ?? '', 'append');
  await sleep(500);
  const edited = half.filter((line) => !place.picture().includes(line));
  t.match(edited, [/^\/etc\/stable\/0\.conf /u], 'nothing is changed but by the hand');

  t.equal(await agent.stop(), 0);
  t.match(at('status'), { code: 0, out: /SAFE MODE/u }, 'it can be read without the agent');
  agent = start();
  t.match(await agent.until(({ total }) => total > 0), { verdict: 'SafeMode' }, 'an orderly restart does not end it');
  t.match(at('safe-mode', 'off', '--reason', 'mended'), { code: 0, err: '' });
  const after = await agent.until(({ verdict, counts }) => verdict === 'RolledBack' && counts.changing === undefined);
  t.match(after, { running: { generation: 1 }, reason: { code: 'KSN-ENGINE-012' } });
  while (place.picture().join('\n') !== good.get('A')?.join('\n')) await sleep(50);
  t.equal(await agent.stop(), 0);
});
