import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { doctor } from '../../agent/commands/doctor.ts';
import { hold } from '../../agent/commands/hold.ts';
import { leave } from '../../agent/commands/leave.ts';
import { statusOnDisk } from '../../agent/commands/on-disk.ts';
import { release } from '../../agent/commands/release.ts';
import { retry } from '../../agent/commands/retry.ts';
import { rollback } from '../../agent/commands/rollback.ts';
import { safeMode } from '../../agent/commands/safe-mode.ts';
import { fakePort, someStatus } from '../control/fake-port.ts';
import { fakeInvocation, serveAgent } from './fake-invocation.ts';

t.test('hold and release, by address, by id, and everything', async (t) => {
  const root = t.testdir();
  const port = fakePort({
    status: {
      ...someStatus,
      overrides: [
        { id: 'h-1', address: 'file:/etc/x', by: 'ana', reason: 'r', expires: 1 },
        { id: 'h-2', address: null, by: 'bo', reason: 'r', expires: 1 },
      ],
    },
  });
  await serveAgent(t, root, port);
  const person = fakeInvocation(root);
  const options = { all: false, for: '1h', reason: 'ntp' };
  t.equal(await hold(person, ['file:/etc/x'], options), 0);
  t.match(port.calls, [['override', { address: 'file:/etc/x', by: 'ana', reason: 'ntp', expires: 3_601_000 }]]);
  t.match(person.printed[0], /^held {2}file:\/etc\/x {2}for 1h {2}\(h-/u);
  await hold(person, [], { ...options, all: true });
  t.match(port.calls[1], ['override', { address: null }]);
  await t.rejects(hold(person, [], options), { code: 'KSN-CLI-001' });
  await t.rejects(hold(person, ['file:/x'], { ...options, for: 'soon' }), { code: 'KSN-CLI-001' });

  await release(person, ['file:/etc/x'], { all: false });
  await release(person, ['h-2'], { all: false });
  await release(person, [], { all: true });
  t.strictSame(port.calls.slice(2), [
    ['release', 'h-1', 'ana'],
    ['release', 'h-2', 'ana'],
    ['release', 'h-1', 'ana'],
    ['release', 'h-2', 'ana'],
  ]);
  await t.rejects(release(person, ['file:/etc/other'], { all: false }), { code: 'KSN-CLI-007' });
});

t.test('what is not easily taken back asks; without a terminal only --yes answers', async (t) => {
  const root = t.testdir();
  const port = fakePort();
  await serveAgent(t, root, port);
  const alone = fakeInvocation(root);
  await t.rejects(rollback(alone, { reason: 'bad', yes: false }), { code: 'KSN-CLI-003' });
  t.equal(await rollback(fakeInvocation(root, { answers: ['n'] }), { reason: 'bad', yes: false }), 1);
  t.strictSame(port.calls, []);
  t.equal(await rollback(fakeInvocation(root, { answers: ['y'] }), { reason: 'bad', yes: false }), 0);
  const asked = Promise.withResolvers<void>();
  const watchStatus = port.engine.watchStatus.bind(port.engine);
  port.engine.watchStatus = (signal) => {
    asked.resolve();
    return watchStatus(signal);
  };
  const leaving = leave(alone, { keep: false, restore: true, yes: true });
  await Promise.race([asked.promise, leaving]);
  t.strictSame(alone.printed, [], 'not before what is to go back has gone');
  port.publish({ ...someStatus, seq: 4, verdict: 'Left' });
  t.equal(await leaving, 0);
  await t.rejects(leave(alone, { keep: true, restore: true, yes: true }), { code: 'KSN-CLI-001' });
  t.equal(await retry(alone, '43', { reason: 'fixed' }), 0);
  await t.rejects(retry(alone, 'lb', { reason: 'fixed' }), { code: 'KSN-CLI-001' });
  t.equal(await safeMode(alone, 'off', {}), 0);
  await t.rejects(safeMode(alone, 'perhaps', {}), { code: 'KSN-CLI-001' });
  t.strictSame(port.calls, [
    ['rollback', 'ana', 'bad'],
    ['leave', 'restore', 'ana'],
    ['retry', 43, 'ana', 'fixed'],
    ['safeMode', false, 'ana', 'ended by hand'],
  ]);
});

t.test('without an agent each of them says so', async (t) => {
  const root = t.testdir();
  writeFileSync(join(root, 'x'), '');
  await t.rejects(retry(fakeInvocation(root), '43', { reason: 'r' }), {
    code: 'KSN-CTL-001',
    remedy: `Is an agent running on this root? keelson --root ${root} dev plays the sandbox; keelson --root ${root} agent runs one on what is there. \`keelson status\` and \`keelson events\` read the disk without it.`,
  });
  await t.rejects(statusOnDisk(fakeInvocation(root)), { code: 'KSN-CLI-005', remedy: /^keelson --root \S+ dev / });
  const person = fakeInvocation(root);
  await doctor(person, undefined, { output: 'table' });
  t.match(person.printed.join('\n'), /agent +does not run\n +Next: keelson --root /);
  t.notMatch(person.printed.join('\n'), /systemctl/, 'no unit is in charge of a sandbox');
});
