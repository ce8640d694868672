import t from 'tap';
import { detachedAlarms, systemdAlarms } from '../../agent/host/guard-alarm.ts';
import type { RunCommand } from '../../agent/resources/kind.ts';

function systemd(answers: (argv: readonly string[]) => number) {
  const calls: string[] = [];
  const run: RunCommand = async ({ argv }) => {
    calls.push(argv.join(' '));
    const exitCode = answers(argv);
    return {
      exitCode,
      signal: null,
      timedOut: false,
      outputTail: exitCode === 0 ? '' : 'Unit exists.\n',
    };
  };
  return { calls, alarms: systemdAlarms(run) };
}

const command =
  'systemd-run --unit=keelson-guard-t1-1 --on-active=60s --timer-property=AccuracySec=100ms /bin/sh /s/t1-1.sh';

t.test('systemd: a transient timer', async (t) => {
  const { calls, alarms } = systemd(() => 0);
  await alarms.start('t1-1', 60, '/s/t1-1.sh');
  t.ok(await alarms.runs('t1-1'));
  await alarms.stop('t1-1');
  t.strictSame(calls, [
    command,
    'systemctl is-active --quiet keelson-guard-t1-1.timer',
    'systemctl stop keelson-guard-t1-1.timer',
  ]);
});

t.test('systemd: what an earlier arming left makes room, once', async (t) => {
  let failures = 1;
  const { calls, alarms } = systemd(([program]) => (program === 'systemd-run' && failures-- > 0 ? 1 : 0));
  await alarms.start('t1-1', 60, '/s/t1-1.sh');
  t.strictSame(calls, [
    command,
    'systemctl stop keelson-guard-t1-1.timer',
    'systemctl reset-failed keelson-guard-t1-1.service',
    command,
  ]);
  failures = 2;
  await t.rejects(alarms.start('t1-1', 60, '/s/t1-1.sh'), { code: 'KSN-HOST-004', message: /Unit exists\.$/ });
  const broken = systemd(() => 1).alarms;
  t.notOk(await broken.runs('t1-1'));
  await broken.stop('t1-1');
});

t.test('detached: one process a guard, ended when it is stopped or started anew', async (t) => {
  const log: string[] = [];
  const alarms = detachedAlarms(async (argv) => {
    const name = argv.slice(-2).join(' ');
    log.push(`start ${name}`);
    return () => void log.push(`stop ${name}`);
  });
  await alarms.start('a', 5, 'a.sh');
  t.ok(await alarms.runs('a'));
  await alarms.start('a', 6, 'a.sh');
  await alarms.stop('a');
  await alarms.stop('a');
  t.notOk(await alarms.runs('a'));
  t.strictSame(log, ['start 5 a.sh', 'stop 5 a.sh', 'start 6 a.sh', 'stop 6 a.sh']);
});
