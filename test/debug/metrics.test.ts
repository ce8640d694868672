import t from 'tap';
import { Metrics } from '../../agent/debug/metrics.ts';
import type { EventType } from '../../agent/report/events.ts';
import type { NodeStatus, ResourceStatus } from '../../agent/report/status.ts';
import { someStatus } from '../control/fake-port.ts';
import { fakeDebugPort, get, serve } from './served.ts';

const ref = (generation: number) => ({ series: 'lb', generation, digest: `sha256:${generation}` });
const reason = { code: 'KSN-X-001', message: 'why', fault: 'environment' } as const;
const busy: NodeStatus = {
  ...someStatus,
  verdict: 'RolledBack',
  since: 90_500,
  lookedAt: 80_000,
  wanted: ref(43),
  running: ref(42),
  lastKnownGood: ref(42),
  blocked: [{ ...ref(43), reason }],
  counts: { ok: 1, waiting: 2, contended: 1 },
  overrides: [
    { id: 'p', kind: 'patch', address: 'file:/etc/z', by: 'ana', reason: 'x', since: 1_000, expires: 99 },
    { id: 'b', kind: 'hold', address: null, by: 'ana', reason: 'x', since: 60_000, expires: 99 },
    { id: 'a', kind: 'hold', address: 'file:/etc/x', by: 'ana', reason: 'x', since: 50_000, expires: 99 },
  ],
};
const rows: readonly ResourceStatus[] = [
  { address: 'file:/etc/x', condition: 'waiting', since: 70_000 },
  { address: 'file:/etc/y', condition: 'waiting', since: 65_250 },
  { address: 'file:/etc/z', condition: 'contended', since: 1_000 },
];

function metricsOf(
  now: { status: NodeStatus; resources: readonly ResourceStatus[] },
  counts = new Map<EventType, number>(),
) {
  const port = fakeDebugPort();
  const engine = { ...port.engine, status: () => now.status, resources: () => now.resources };
  return new Metrics({ ...port, engine, eventCounts: () => counts });
}

const samples = (text: string): readonly string[] => text.split('\n').filter((line) => /^[a-z]/u.test(line));
const has = (text: string, name: string): boolean => samples(text).some((line) => line.startsWith(name));

t.test('every sample of a node that has all of it', async (t) => {
  const text = await metricsOf({ status: busy, resources: rows }, new Map([['RolledBack', 3]])).text();
  for (const line of [
    'keelson_build_info{version="0.1.0"} 1',
    'keelson_verdict{verdict="rolled_back"} 1',
    'keelson_verdict{verdict="ok"} 0',
    'keelson_verdict_since_timestamp_seconds 90.5',
    'keelson_generation{series="lb",role="wanted"} 43',
    'keelson_generation{series="lb",role="running"} 42',
    'keelson_generation{series="lb",role="last_known_good"} 42',
    'keelson_blocked_generations 1',
    'keelson_resources{condition="waiting"} 2',
    'keelson_resources{condition="failed"} 0',
    'keelson_contended_resources 1',
    'keelson_waiting_since_timestamp_seconds 65.25',
    'keelson_held_since_timestamp_seconds 50',
    'keelson_safe_mode 0',
    'keelson_last_look_timestamp_seconds 80',
    'keelson_events_total{type="RolledBack"} 3',
    'keelson_events_total{type="SpecAccepted"} 0',
  ])
    t.ok(samples(text).includes(line), line);
  for (const name of ['cpu_seconds_total', 'resident_memory_bytes', 'open_fds', 'max_fds', 'start_time_seconds'])
    t.ok(has(text, `process_${name} `), name);
  t.equal(samples(text).filter((line) => /^keelson_verdict\{.* 1$/u.test(line)).length, 1, 'one verdict');
});

t.test('what is not so any more has no sample, not the last one and not a 0', async (t) => {
  const now: { status: NodeStatus; resources: readonly ResourceStatus[] } = { status: busy, resources: rows };
  const metrics = metricsOf(now);
  await metrics.text();
  Object.assign(now, { status: { ...someStatus, verdict: 'SafeMode' }, resources: [] });
  const text = await metrics.text();
  for (const name of ['waiting_since', 'held_since', 'last_look', 'generation'])
    t.notOk(has(text, `keelson_${name}`), name);
  t.ok(samples(text).includes('keelson_safe_mode 1'));
  t.ok(samples(text).includes('keelson_resources{condition="waiting"} 0'));
  t.ok(samples(text).includes('keelson_verdict{verdict="rolled_back"} 0'));
});

t.test('a node that waits without a resource that does has waited since its verdict began', async (t) => {
  const status: NodeStatus = { ...someStatus, verdict: 'Waiting', since: 90_500 };
  const line = 'keelson_waiting_since_timestamp_seconds 90.5';
  t.ok(
    samples(await metricsOf({ status, resources: [] }).text()).includes(line),
    'no spec yet, or the first is refused',
  );
  const older = 'keelson_waiting_since_timestamp_seconds 65.25';
  t.ok(samples(await metricsOf({ status, resources: rows }).text()).includes(older), 'the oldest resource comes first');
});

t.test('over HTTP, and a label cannot end its line', async (t) => {
  const series = 'l"b\\\n# x';
  const status = { ...busy, running: { ...ref(1), series } };
  const { loopback } = await serve(t, fakeDebugPort({ status }));
  const { status: code, headers, body } = await get(loopback, '/metrics');
  t.equal(code, 200);
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/u);
  t.ok(body.includes('keelson_generation{series="l\\"b\\\\\\n# x",role="running"} 1\n'));
});
