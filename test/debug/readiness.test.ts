import t from 'tap';
import type { Reason } from '../../agent/base/errors.ts';
import { unmetOf } from '../../agent/debug/readiness.ts';
import type { NodeStatus, Verdict } from '../../agent/report/status.ts';
import { someStatus } from '../control/fake-port.ts';
import { fakeDebugPort, get, serve } from './served.ts';

const generation = { series: 'lb', generation: 42, digest: 'sha256:42' };
const well: NodeStatus = { ...someStatus, lookedAt: 1, wanted: generation, running: generation };
const sealed: Reason = { code: 'KSN-X-001', message: 'sealed', fault: 'environment', remedy: 'unseal it' };
const codes = (status: NodeStatus): readonly string[] => unmetOf(status).map(({ code }) => code);

t.test('by verdict: what is known to run is enough, what nobody knows is not', async (t) => {
  const ready: Readonly<Record<Verdict, boolean>> = {
    OK: true,
    Changing: true,
    Waiting: true,
    Held: true,
    RolledBack: true,
    Left: true,
    Observe: true,
    SafeMode: false,
    Degraded: false,
    Unknown: false,
  };
  for (const [verdict, is] of Object.entries(ready) as [Verdict, boolean][]) {
    t.equal(unmetOf({ ...well, verdict }).length === 0, is, verdict);
    t.strictSame(codes({ ...well, verdict, reason: sealed }), is ? [] : ['KSN-X-001'], `${verdict} with a reason`);
  }
});

t.test('each says its code, why, and what helps', async (t) => {
  t.strictSame(unmetOf({ ...well, verdict: 'Unknown', reason: { ...sealed, element: 'file:/etc/x' } }), [
    { code: 'KSN-X-001', reason: 'sealed', next: 'unseal it', element: 'file:/etc/x' },
  ]);
  const { remedy: _, ...bare } = sealed;
  t.match(unmetOf({ ...well, verdict: 'SafeMode', reason: bare, next: 'mend' }), [{ next: 'mend' }]);
  t.match(unmetOf({ ...well, verdict: 'SafeMode', reason: bare }), [{ next: 'keelson explain KSN-X-001' }]);
});

t.test('not looked yet, nothing good yet, nothing wanted, a rollback that is stuck', async (t) => {
  const { lookedAt: _looked, ...unseen } = well;
  t.strictSame(codes(unseen), ['KSN-DEBUG-002'], 'whatever word it has');
  t.strictSame(codes({ ...unseen, verdict: 'Unknown' }), ['KSN-DEBUG-002']);
  const { running: _running, ...fresh } = well;
  t.strictSame(codes({ ...fresh, verdict: 'Changing' }), ['KSN-DEBUG-004']);
  t.strictSame(codes({ ...fresh, verdict: 'Observe' }), [], 'who only observes brings nothing about');
  const { wanted: _wanted, ...nothing } = fresh;
  t.strictSame(codes({ ...nothing, verdict: 'Waiting', reason: sealed }), ['KSN-X-001']);
  t.strictSame(codes({ ...nothing, verdict: 'Left' }), []);
  t.strictSame(
    codes({ ...well, verdict: 'Degraded', reason: sealed, rollbackIncomplete: { ...sealed, code: 'KSN-X-2' } }),
    ['KSN-X-001', 'KSN-X-2'],
  );
});

t.test('a resource that nobody knows is no less unknown behind another verdict', async (t) => {
  const row = { address: 'file:/etc/x', since: 1, reason: { ...sealed, element: 'file:/etc/x' } } as const;
  for (const condition of ['unknown', 'failed'] as const) {
    const status = {
      ...well,
      verdict: 'RolledBack',
      counts: { [condition]: 1 },
      resources: [{ ...row, condition }],
    } as const;
    t.strictSame(codes(status), ['KSN-X-001']);
    t.strictSame(codes({ ...status, resources: [] }), ['KSN-DEBUG-003'], 'also where it is not listed');
    t.equal(unmetOf({ ...status, verdict: 'Degraded', reason: row.reason }).length, 1, 'and is told once');
  }
});

t.test('over HTTP', async (t) => {
  const ready = await serve(t, fakeDebugPort({ status: well }));
  t.match(await get(ready.loopback, '/readyz'), { status: 200, body: '{"ready":true,"unmet":[]}\n' });
  const not = await serve(t, fakeDebugPort({ status: { ...well, verdict: 'SafeMode', reason: sealed } }));
  const answer = await get(not.loopback, '/readyz');
  t.equal(answer.status, 503);
  t.strictSame(JSON.parse(answer.body), {
    ready: false,
    unmet: [{ code: 'KSN-X-001', reason: 'sealed', next: 'unseal it' }],
  });
});
