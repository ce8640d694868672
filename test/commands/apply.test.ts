import { join } from 'node:path';
import t, { type Test } from 'tap';
import { apply, type ApplyOptions } from '../../agent/commands/apply.ts';
import { ending } from '../../agent/commands/verdict-wait.ts';
import { plan } from '../../agent/commands/plan.ts';
import type { Preview } from '../../agent/plan/preview.ts';
import type { NodeStatus } from '../../agent/report/status.ts';
import { fakePort, somePreview, someStatus, type FakePort } from '../control/fake-port.ts';
import { fakeInvocation, serveAgent, type FakeOptions } from './fake-invocation.ts';

const pending: Preview = {
  ...somePreview,
  waves: [
    [
      {
        address: 'file:/etc/x',
        kind: 'files',
        covers: [],
        from: null,
        to: {},
        why: 'generation',
        adopts: false,
        claims: [],
        needs: [],
        effects: [],
        undo: 'exact',
        onRemove: 'default',
        summary: '3 lines',
      },
    ],
  ],
};
const wanted = { series: 'lb', generation: 43, digest: 'sha256:43' };
const reason = { code: 'KSN-POD-007', message: 'pod:haproxy failed its gate', fault: 'caller' } as const;
const changing: NodeStatus = { ...someStatus, verdict: 'Changing', wanted, seq: 4 };
const good: NodeStatus = { ...someStatus, verdict: 'OK', wanted, running: wanted, seq: 5 };
const rolledBack: NodeStatus = {
  ...someStatus,
  verdict: 'RolledBack',
  wanted,
  blocked: [{ ...wanted, reason }],
  reason,
  seq: 5,
};
const options: ApplyOptions = { dryRun: false, yes: true, wait: true, timeout: '1m', output: 'table' };

async function node(t: Test, port: FakePort, given: FakeOptions = {}) {
  const root = t.testdir({ 'lb.yaml': 'a spec' });
  await serveAgent(t, root, port);
  return { person: fakeInvocation(root, given), file: join(root, 'lb.yaml') };
}

t.test('a plan exits 2 when something would change, 0 when nothing would', async (t) => {
  const { person, file } = await node(t, fakePort({ preview: pending }));
  t.equal(await plan(person, file, { output: 'table', basis: true }), 2);
  t.strictSame(person.printed, [
    'lb/43 (from 42), signed by ops-1',
    '+ file:/etc/x  3 lines',
    '1 new, 2 same. Reboot: no.',
    'Basis: lb/42@9',
  ]);
  const { person: other } = await node(t, fakePort());
  t.equal(await plan(other, undefined, { output: 'json', basis: false }), 0);
  t.match(JSON.parse(other.printed.join('')), { to: 'lb/43' });
});

t.test('applies what was shown, and stays until the verdict', async (t) => {
  const port = fakePort({ preview: pending });
  const { person, file } = await node(t, port, { answers: ['yes'] });
  port.onAccept = () => {
    port.publish(changing);
    setTimeout(() => port.publish(good), 20);
  };
  t.equal(await apply(person, file, { ...options, yes: false }), 0);
  t.match(port.calls, [['accept', { generation: 43 }]]);
  t.match(person.printed, [
    'lb/43 (from 42), signed by ops-1',
    /file/u,
    /new/u,
    'Apply it? [y/N] ',
    'lb-a  OK  running lb/43',
  ]);
});

t.test('a generation that is rolled back is an error, with its reason', async (t) => {
  const port = fakePort({ preview: pending });
  const { person, file } = await node(t, port);
  port.onAccept = () => setTimeout(() => port.publish(rolledBack), 20);
  t.equal(await apply(person, file, options), 1);
  t.match(person.printed.slice(3), [/ROLLED BACK {2}running as found, wanted lb\/43 \(blocked\)/u, /failed its gate/u]);
});

t.test('--dry-run changes nothing, and neither does a no', async (t) => {
  const port = fakePort({ preview: pending });
  const { person, file } = await node(t, port, { answers: ['n'] });
  t.equal(await apply(person, file, { ...options, dryRun: true }), 2);
  t.equal(await apply(person, file, { ...options, yes: false }), 1);
  t.strictSame(port.calls, []);
  t.equal(await apply(fakeInvocation(person.global.root), file, { ...options, wait: false }), 0);
  t.equal(port.calls.length, 1);
});

t.test('an apply may be tied to a plan of before', async (t) => {
  const port = fakePort({ preview: pending });
  const { person, file } = await node(t, port);
  const tied = (basis: string) => apply(person, file, { ...options, wait: false, basis });
  await t.rejects(tied('lb/42@8'), { code: 'KSN-ENGINE-009' });
  await t.rejects(tied('@9'), { code: 'KSN-ENGINE-009' });
  await t.rejects(tied('latest'), { code: 'KSN-CLI-001' });
  t.equal(await tied('lb/42@9'), 0);
});

t.test('a repair between plan and apply is no other plan; a change that was not shown is', async (t) => {
  const [[change] = []] = pending.waves;
  if (change === undefined) throw new Error('nothing is pending');
  const drift = { ...change, address: 'file:/etc/y', why: 'drift' } as const;
  const shown: Preview = { ...pending, waves: [[change, drift]] };
  const moved = { ...pending.basis, journalSeq: 12 };

  const repaired = fakePort({ previews: [shown, { ...pending, basis: moved }] });
  const { person, file } = await node(t, repaired);
  t.equal(await apply(person, file, { ...options, wait: false }), 0, 'the drift that was shown was put back meanwhile');
  t.match(repaired.calls, [['accept', { generation: 43 }, moved]]);

  const other = fakePort({ previews: [pending, { ...shown, basis: moved }] });
  const { person: careful, file: same } = await node(t, other);
  await t.rejects(apply(careful, same, { ...options, wait: false }), { code: 'KSN-ENGINE-009' });
  t.strictSame(other.calls, []);
});

t.test('with nothing to change the agent is asked all the same', async (t) => {
  const port = fakePort();
  const { person, file } = await node(t, port);
  port.onAccept = () => setTimeout(() => port.publish(good), 20);
  t.equal(await apply(person, file, options), 0);
  t.match(port.calls, [['accept', { generation: 43 }]]);
  t.match(person.printed.join('\n'), /OK {2}running lb\/43/u, 'what changes nothing becomes what runs');
  t.equal(await apply(person, undefined, options), 0);
  t.match(port.calls[1], ['reconcile', 'ana']);
  await t.rejects(apply(person, undefined, { ...options, basis: 'zzz' }), { code: 'KSN-CLI-001' });
  await t.rejects(apply(person, undefined, { ...options, dryRun: true, basis: 'zzz' }), { code: 'KSN-CLI-001' });
});

t.test('gives up in time, and reads from standard input', async (t) => {
  const port = fakePort({ preview: pending });
  const { person } = await node(t, port, { input: 'a spec' });
  port.onAccept = () => port.publish(changing);
  await t.rejects(apply(person, '-', { ...options, timeout: '100ms' }), { code: 'KSN-CLI-006' });
});

t.test('when a status is the end of a generation', async (t) => {
  const { digest } = wanted;
  t.equal(ending(changing, digest), 'open');
  t.equal(ending(good, digest), 'ended');
  t.equal(ending(rolledBack, digest), 'ended');
  t.equal(ending({ ...good, wanted: { ...wanted, digest: 'sha256:44' } }, digest), 'ended', 'superseded');
  t.equal(ending({ ...good, running: { ...wanted, digest: 'sha256:42' } }, digest), 'open', 'not yet begun');
  t.equal(ending({ ...changing, verdict: 'Waiting' }, digest), 'resting');
  t.equal(ending({ ...rolledBack, verdict: 'Degraded' }, digest), 'resting', 'the rollback is not complete');
});
