import t from 'tap';
import type { PortGate } from '../../agent/health/port-gate.ts';
import { unitActiveGate } from '../../agent/health/unit-active-gate.ts';
import type { UnitFacts } from '../../agent/resources/unit-manager.ts';
import { UnitDouble } from '../support/unit-double.ts';

const { signal } = new AbortController();
const gate = (forMs?: number): PortGate => ({
  type: 'port',
  port: 'unitActive',
  arguments: 'x.service',
  boot: false,
  timeoutMs: 5_000,
  ...(forMs !== undefined && { forMs }),
});

t.test('holds while the unit is active, and has been for long enough', async (t) => {
  const units = new UnitDouble();
  const ask = unitActiveGate(units);
  units.put('x.service', { starts: 'well', activeForMs: 2_000 });
  await units.job('start', 'x.service');
  t.same(await ask(gate(), signal), { is: 'healthy' });
  t.same(await ask(gate(2_000), signal), { is: 'healthy' });
  t.match(await ask(gate(30_000), signal), {
    is: 'progressing',
    reason: { code: 'KSN-GATE-008', message: 'unit x.service has been active for 2s of 30s' },
  });
});

t.test('what failed, stopped, is masked or is not there speaks against', async (t) => {
  const units = new UnitDouble();
  const says = async () => (await unitActiveGate(units)(gate(), signal)).reason?.message;
  t.equal(await says(), 'unit x.service is not there');
  units.put('x.service', { starts: 'well' });
  t.equal(await says(), 'unit x.service is inactive');
  units.crash('x.service');
  t.match(await unitActiveGate(units)(gate(), signal), { is: 'unhealthy', reason: { code: 'KSN-GATE-009' } });
  t.equal(await says(), 'unit x.service is failed: exit-code');
  await units.mask(['x.service']);
  t.equal(await says(), 'unit x.service is masked');
});

t.test('one that starts, again and again, is on its way', async (t) => {
  const units = new UnitDouble();
  units.put('x.service', { starts: 'well' });
  const facts: UnitFacts = { ...(await units.unit('x.service')), active: 'activating', sub: 'auto-restart' };
  units.unit = async () => facts;
  const health = await unitActiveGate(units)(gate(), signal);
  t.match(health, { is: 'progressing', reason: { message: 'unit x.service is activating (auto-restart)' } });
});

t.test('a systemd that cannot be asked says nothing of the unit', async (t) => {
  const units = new UnitDouble();
  units.fault = 'KSN-UNIT-002';
  await t.rejects(unitActiveGate(units)(gate(), signal), { code: 'KSN-UNIT-002' });
});
