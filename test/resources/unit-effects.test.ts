import t from 'tap';
import type { Effect, Host } from '../../agent/resources/kind.ts';
import { EffectSkipped } from '../../agent/resources/process-effects.ts';
import { UNIT_FILES, unitEffects } from '../../agent/resources/unit-effects.ts';
import { owedByPath } from '../../agent/resources/unit-folders.ts';
import { UnitDouble } from '../support/unit-double.ts';

const { signal } = new AbortController();
const noHost = {} as Host;
const owed = (verb: Effect['verb'], target: Effect['target'] = 'unit:x.service'): Effect & { id: string } => ({
  target,
  verb,
  ...(verb === 'signal' && { signal: 'SIGHUP' }),
  id: 'k1/0',
});

async function running(behaviour: Parameters<UnitDouble['put']>[1]): Promise<UnitDouble> {
  const units = new UnitDouble();
  units.put('x.service', behaviour);
  await units.job('start', 'x.service');
  units.told.length = 0;
  return units;
}

t.test('what runs is reloaded, restarted or sent a signal, as it is owed', async (t) => {
  const units = await running({ starts: 'well', reloads: 'well' });
  for (const verb of ['reload', 'restart', 'signal'] as const) await unitEffects(units).run(owed(verb), noHost, signal);
  t.strictSame(units.told, ['reload x.service', 'reset x.service', 'restart x.service', 'SIGHUP x.service']);
});

t.test('what cannot be reloaded is restarted', async (t) => {
  const units = await running({ starts: 'well' });
  await unitEffects(units).run(owed('reload'), noHost, signal);
  t.strictSame(units.told, ['reset x.service', 'restart x.service']);
});

t.test('unit files that were changed are read anew first, also for what does not run', async (t) => {
  const units = await running({ starts: 'well' });
  units.put('x.service', { starts: 'well', reloads: 'well' });
  await unitEffects(units).run(owed('reload'), noHost, signal);
  t.strictSame(units.told, ['daemon-reload', 'reload x.service']);
  await units.job('stop', 'x.service');
  units.told.length = 0;
  units.put('x.service', { starts: 'well' });
  await t.rejects(unitEffects(units).run(owed('reload'), noHost, signal), EffectSkipped);
  t.strictSame(units.told, ['daemon-reload']);
});

t.test('a daemon-reload that is owed is done by itself', async (t) => {
  const units = new UnitDouble();
  await unitEffects(units).run(owed('daemon-reload', UNIT_FILES), noHost, signal);
  t.strictSame(units.told, ['daemon-reload']);
});

t.test('what does not run, is masked or is not there is left alone, and said to be', async (t) => {
  const units = new UnitDouble();
  const run = () => unitEffects(units).run(owed('restart'), noHost, signal);
  await t.rejects(run(), { name: 'EffectSkipped', message: /no such unit/u });
  units.put('x.service', { starts: 'well' });
  await t.rejects(run(), { name: 'EffectSkipped', message: /does not run \(inactive\)/u });
  await units.mask(['x.service']);
  await t.rejects(run(), { name: 'EffectSkipped', message: /masked/u });
  t.strictSame(units.told, ['mask x.service']);
});

t.test('what has failed is started by a reload too: the change may be what it lacked', async (t) => {
  const units = await running({ starts: 'well', reloads: 'well' });
  units.crash('x.service');
  await t.rejects(unitEffects(units).run(owed('signal'), noHost, signal), EffectSkipped);
  await unitEffects(units).run(owed('reload'), noHost, signal);
  t.strictSame(units.told, ['reset x.service', 'restart x.service']);
  t.match(await units.unit('x.service'), { active: 'active' });
});

t.test('a job that fails is a failure of its own code, and so is a systemd that cannot be asked', async (t) => {
  const units = await running({ starts: 'well', reloads: 'not' });
  await t.rejects(unitEffects(units).run(owed('reload'), noHost, signal), { code: 'KSN-UNIT-011' });
  units.fault = 'KSN-UNIT-001';
  await t.rejects(unitEffects(units).run(owed('reload'), noHost, signal), { code: 'KSN-UNIT-001' });
});

t.test('what a restart leaves down, though nothing failed, is a failure', async (t) => {
  const units = await running({ starts: 'well' });
  units.job = async (verb, name) => UnitDouble.prototype.job.call(units, verb === 'restart' ? 'stop' : verb, name);
  await t.rejects(unitEffects(units).run(owed('restart'), noHost, signal), {
    code: 'KSN-EFFECT-005',
    message: 'x.service was restarted, and is inactive now (dead)',
  });
});

t.test('without systemd they are skipped, and said to be', async (t) => {
  await t.rejects(unitEffects(null).run(owed('reload'), noHost, signal), {
    name: 'EffectSkipped',
    message: 'reload unit:x.service: no systemd of this root runs here',
  });
});

t.test('a change where systemd or Quadlet reads units owes a daemon-reload, and no other', async (t) => {
  for (const path of ['/etc/systemd/system/x.service.d/a.conf', '/etc/containers/systemd/web.container'])
    t.strictSame(owedByPath(path), [{ target: UNIT_FILES, verb: 'daemon-reload' }], path);
  for (const path of ['/etc/systemd/system.conf', '/etc/systemd/network/a.network', '/etc/systemd/system'])
    t.strictSame(owedByPath(path), [], path);
});
