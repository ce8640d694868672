import t from 'tap';
import { readdirSync, readlinkSync } from 'node:fs';
import { unitContract } from '../contract/unit-contract.ts';
import { lacksMachine, Machine } from './systemd/machine.ts';
import { machineUnits, putUnit } from './systemd/machine-units.ts';

/** Of this process. */
function openSockets(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}

t.test('units of a real systemd', { skip: lacksMachine(), timeout: 300_000 }, async (t) => {
  await using machine = await Machine.boot(() => {});
  await using units = machineUnits(machine);
  const { signal } = new AbortController();

  await t.test('keep the contract', async (t) => {
    unitContract(t, { units, put: (name, behaviour) => putUnit(machine, name, behaviour) });
  });

  await t.test('are there again after systemd, and the bus, began anew', async (t) => {
    putUnit(machine, 'stays.service', { starts: 'well' });
    await units.daemonReload(signal);
    await units.job('start', 'stays.service', 10_000, signal);
    t.equal(machine.run('systemctl', 'daemon-reexec').status, 0);
    t.match(await units.unit('stays.service', signal), { active: 'active' });
    await units.job('restart', 'stays.service', 10_000, signal);
    const ending = new AbortController();
    const changes = units.changes(ending.signal)[Symbol.asyncIterator]();
    const first = changes.next();
    t.equal(machine.run('systemctl', 'restart', 'dbus.service').status, 0);
    t.match(await units.unit('stays.service', signal), { active: 'active' });
    await units.job('restart', 'stays.service', 10_000, signal);
    let heard = await first;
    while (heard.value !== null) heard = await changes.next();
    t.pass('that changes could not be heard is told as a change of all');
    ending.abort();
  });

  await t.test('many who ask at once after the bus began anew share one connection', async (t) => {
    await units.unit('stays.service', signal);
    const before = openSockets();
    t.equal(machine.run('systemctl', 'restart', 'dbus.service').status, 0);
    await machine.until('the old one has ended', () => openSockets() < before);
    await Promise.all(Array.from({ length: 5 }, () => units.unit('stays.service', signal)));
    t.equal(openSockets(), before);
  });

  await t.test('a job whose end nobody could hear is looked after until it is over', async (t) => {
    putUnit(machine, 'waits.service', { starts: 'well' });
    const drop = machine.through('/etc/systemd/system/waits.service.d');
    const { mkdirSync, writeFileSync } = await import('node:fs');
    mkdirSync(drop);
    writeFileSync(`${drop}/slow.conf`, '[Service]\nExecStartPre=/bin/sleep 2\n');
    await units.daemonReload(signal);
    const started = units.job('start', 'waits.service', 20_000, signal);
    await machine.until('it starts', () => machine.show('waits.service', 'ActiveState') === 'activating');
    t.equal(machine.run('systemctl', 'restart', 'dbus.service').status, 0);
    await started;
    t.equal(machine.show('waits.service', 'ActiveState'), 'active');
  });

  await t.test('one that is not done in time goes on without us, and an abort ends the wait at once', async (t) => {
    const waiting = units.job('restart', 'waits.service', 300, signal);
    await t.rejects(waiting, { code: 'KSN-UNIT-016' });
    const ending = new AbortController();
    const aborted = units.job('restart', 'waits.service', 10_000, ending.signal);
    ending.abort(new Error('enough'));
    await t.rejects(aborted, /enough/u);
    await machine.until('it is up', () => machine.show('waits.service', 'ActiveState') === 'active');
  });

  await t.test('a dependency that fails, and a job that somebody takes back, are told apart', async (t) => {
    putUnit(machine, 'base.service', { starts: 'not' });
    putUnit(machine, 'needs.service', { starts: 'well' });
    const { mkdirSync, writeFileSync } = await import('node:fs');
    const drop = machine.through('/etc/systemd/system/needs.service.d');
    mkdirSync(drop);
    writeFileSync(`${drop}/needs.conf`, '[Unit]\nRequires=base.service\nAfter=base.service\n');
    await units.daemonReload(signal);
    await t.rejects(units.job('start', 'needs.service', 10_000, signal), { code: 'KSN-UNIT-013' });
    const started = units.job('restart', 'waits.service', 20_000, signal);
    await machine.until('it starts', () => machine.show('waits.service', 'ActiveState') === 'activating');
    machine.run('systemctl', 'stop', 'waits.service');
    await t.rejects(started, { code: 'KSN-UNIT-014' });
  });

  await t.test('a command that takes too long is ended, and leaves nothing', async (t) => {
    const slow = { name: 'ksn-slow-run.service', argv: ['/bin/sleep', '60'], timeoutMs: 500 };
    t.match(await units.runTransient(slow, signal), { exitCode: null, timedOut: true });
    t.equal(machine.show('ksn-slow-run.service', 'LoadState'), 'not-found');
    t.equal(machine.run('ls', '/run/keelson/transient').out, '');
  });
});
