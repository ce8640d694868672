import t from 'tap';
import { createNotifier, keepWatchdog } from '../../agent/host/notify.ts';
import type { CommandResult, RunCommand } from '../../agent/resources/kind.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const nobody: RunCommand = async () => t.fail('no child where a datagram does') as never;

function direct(delivers = true) {
  const sent: string[] = [];
  const sendDatagram = (path: string, bytes: Uint8Array) => {
    t.equal(path, '/run/systemd/notify');
    sent.push(Buffer.from(bytes).toString());
    return delivers;
  };
  return {
    sent,
    notifier: createNotifier({
      socket: '/run/systemd/notify',
      sendDatagram,
      run: nobody,
      monotonicMicroseconds: () => 77n,
    }),
  };
}

t.test('says what systemd understands', async (t) => {
  const { sent, notifier } = direct();
  await notifier.ready('as desired');
  await notifier.status('as desired');
  await notifier.status('changing 3 resources');
  await notifier.reloading();
  await notifier.ready('as desired');
  await notifier.extendTimeout(90_000);
  await notifier.watchdog();
  await notifier.stopping('ending');
  t.strictSame(sent, [
    'READY=1\nSTATUS=as desired\n',
    'STATUS=changing 3 resources\n',
    'RELOADING=1\nMONOTONIC_USEC=77\n',
    'READY=1\nSTATUS=as desired\n',
    'EXTEND_TIMEOUT_USEC=90000000\n',
    'WATCHDOG=1\n',
    'STOPPING=1\nSTATUS=ending\n',
  ]);
});

t.test('a status cannot smuggle fields', async (t) => {
  const { sent, notifier } = direct();
  await notifier.status('x\nWATCHDOG=trigger\r\n\u001B[2Jy');
  t.strictSame(sent, ['STATUS=x WATCHDOG=trigger y\n']);
});

t.test('what was not delivered is told, and tried again', async (t) => {
  const { sent, notifier } = direct(false);
  await t.rejects(notifier.status('a'), { code: 'KSN-HOST-003' });
  await t.rejects(notifier.status('a'), { code: 'KSN-HOST-003' });
  t.equal(sent.length, 2);
});

t.test('the monotonic time is that of the kernel', async (t) => {
  let sent = '';
  const sendDatagram = (_: string, bytes: Uint8Array) => ((sent = Buffer.from(bytes).toString()), true);
  await createNotifier({ socket: 'x', sendDatagram, run: nobody }).reloading();
  const { readFileSync } = await import('node:fs');
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  const said = Number(/MONOTONIC_USEC=(\d+)/.exec(sent)?.[1]) / 1e6;
  t.ok(said > 0 && said <= uptime + 1, `${said} of ${uptime}`);
});

t.test('nobody listens: nothing is done', async () => {
  const notifier = createNotifier({ socket: null, sendDatagram: () => t.fail('sent'), run: nobody });
  await notifier.ready('x');
  await notifier.watchdog();
});

t.test('without datagrams systemd-notify says it, in order', async (t) => {
  const said: string[] = [];
  let exitCode = 0;
  const run: RunCommand = async ({ argv }, _, environment): Promise<CommandResult> => {
    await new Promise((resolve) => setTimeout(resolve, 10 - said.length * 5));
    said.push([...argv.slice(2), environment?.['NOTIFY_SOCKET']].join(' '));
    return { exitCode, signal: null, timedOut: false, outputTail: '' };
  };
  const notifier = createNotifier({ socket: '@abstract', sendDatagram: null, run });
  await Promise.all([notifier.ready('one'), notifier.status('two'), notifier.watchdog()]);
  t.strictSame(said, ['READY=1 STATUS=one @abstract', 'STATUS=two @abstract', 'WATCHDOG=1 @abstract']);
  exitCode = 1;
  await t.rejects(notifier.watchdog(), { code: 'KSN-HOST-003' });
});

t.test('the watchdog is fed at half its interval, and only while alive', async (t) => {
  const { sent, notifier } = direct();
  const clock = new VirtualClock();
  const controller = new AbortController();
  let alive = true;
  const kept = keepWatchdog(notifier, {
    intervalMs: 30_000,
    clock,
    signal: controller.signal,
    alive: () => alive,
    failed: (error) => t.error(error),
  });
  await clock.advance(60_000);
  t.equal(sent.length, 5);
  alive = false;
  await clock.advance(60_000);
  t.equal(sent.length, 5);
  controller.abort();
  await kept;
  t.equal(clock.sleeping, 0);
});
