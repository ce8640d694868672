/** What every port to units answers: the double and the adapter to a real systemd alike. */
import type { Test } from 'tap';
import type { Units } from '../../agent/resources/unit-manager.ts';
import type { UnitBehaviour } from '../support/unit-double.ts';

export interface UnitWorld {
  readonly units: Units;
  readonly put: (name: string, behaviour: UnitBehaviour) => void;
}

const JOB_MS = 20_000;

export function unitContract(t: Test, { units, put }: UnitWorld): void {
  const { signal } = new AbortController();
  const job = (verb: 'start' | 'stop' | 'restart' | 'reload', name: string): Promise<void> =>
    units.job(verb, name, JOB_MS, signal);
  const look = (name: string) => units.unit(name, signal);

  void t.test('a unit that is not there is told as such, and cannot be started', async (t) => {
    t.match(await look('ksn-none.service'), { load: 'not-found', active: 'inactive', activeForMs: null });
    await t.rejects(job('start', 'ksn-none.service'), { code: 'KSN-UNIT-004' });
    await t.rejects(units.enable(['ksn-none.service'], signal), { code: 'KSN-UNIT-004' });
  });

  void t.test('starts, reloads, restarts and stops, each when its job is done', async (t) => {
    put('ksn-well.service', { starts: 'well', reloads: 'well' });
    await units.daemonReload(signal);
    t.match(await look('ksn-well.service'), { load: 'loaded', active: 'inactive', canReload: true });
    await job('start', 'ksn-well.service');
    const started = await look('ksn-well.service');
    t.match(started, { active: 'active', result: 'success' });
    t.type(started.activeForMs, 'number');
    await job('reload', 'ksn-well.service');
    await job('restart', 'ksn-well.service');
    t.ok((await units.list(signal)).some(({ name, active }) => name === 'ksn-well.service' && active === 'active'));
    await job('stop', 'ksn-well.service');
    t.match(await look('ksn-well.service'), { active: 'inactive', result: 'success' });
  });

  void t.test('tells a job that failed from one that took too long', async (t) => {
    put('ksn-not.service', { starts: 'not' });
    put('ksn-slow.service', { starts: 'too slowly' });
    put('ksn-stubborn.service', { starts: 'well', reloads: 'not' });
    put('ksn-plain.service', { starts: 'well' });
    await units.daemonReload(signal);
    await t.rejects(job('start', 'ksn-not.service'), { code: 'KSN-UNIT-011' });
    t.match(await look('ksn-not.service'), { active: 'failed', result: 'exit-code', exitStatus: 1 });
    await units.resetFailed('ksn-not.service', signal);
    t.match(await look('ksn-not.service'), { active: 'inactive', result: 'success' });
    await t.rejects(job('start', 'ksn-slow.service'), { code: /KSN-UNIT-01[12]/u });
    await job('start', 'ksn-stubborn.service');
    await t.rejects(job('reload', 'ksn-stubborn.service'), { code: 'KSN-UNIT-011' });
    await job('start', 'ksn-plain.service');
    await t.rejects(job('reload', 'ksn-plain.service'), { code: 'KSN-UNIT-007' });
  });

  void t.test('enables, disables, masks and unmasks', async (t) => {
    put('ksn-file.service', { starts: 'well' });
    await units.daemonReload(signal);
    t.match(await look('ksn-file.service'), { file: 'disabled' });
    await units.enable(['ksn-file.service'], signal);
    t.match(await look('ksn-file.service'), { file: 'enabled' });
    await units.enable(['ksn-file.service'], signal);
    await units.disable(['ksn-file.service'], signal);
    t.match(await look('ksn-file.service'), { file: 'disabled' });
    await units.mask(['ksn-masked.service'], signal);
    await units.daemonReload(signal);
    t.match(await look('ksn-masked.service'), { load: 'masked', file: 'masked' });
    await t.rejects(job('start', 'ksn-masked.service'), { code: 'KSN-UNIT-005' });
    await units.unmask(['ksn-masked.service'], signal);
    await units.daemonReload(signal);
    t.match(await look('ksn-masked.service'), { load: 'not-found' });
  });

  void t.test('sees that the files of a unit were changed, until they are read anew', async (t) => {
    put('ksn-changed.service', { starts: 'well' });
    await units.daemonReload(signal);
    await job('start', 'ksn-changed.service');
    t.match(await look('ksn-changed.service'), { needsReload: false });
    put('ksn-changed.service', { starts: 'well', reloads: 'well' });
    t.match(await look('ksn-changed.service'), { needsReload: true });
    await units.daemonReload(signal);
    t.match(await look('ksn-changed.service'), { needsReload: false, canReload: true });
  });

  void t.test('says which unit changed', async (t) => {
    put('ksn-heard.service', { starts: 'well' });
    await units.daemonReload(signal);
    const ending = new AbortController();
    const changes = units.changes(ending.signal)[Symbol.asyncIterator]();
    const first = changes.next();
    // It listens when a call that came after it was answered.
    await look('ksn-heard.service');
    await job('start', 'ksn-heard.service');
    let heard = await first;
    while (heard.value !== 'ksn-heard.service') heard = await changes.next();
    t.equal(heard.done, false);
    ending.abort();
  });

  void t.test('runs a command as a unit of its own, to its end, with what it said', async (t) => {
    const run = (text: string) =>
      units.runTransient({ name: 'ksn-run.service', argv: ['/bin/sh', '-c', text], timeoutMs: 10_000 }, signal);
    t.match(await run('echo well'), { exitCode: 0, outputTail: 'well\n', timedOut: false });
    t.match(await run('echo badly >&2; exit 7'), { exitCode: 7, signal: null, outputTail: 'badly\n' });
  });
}
