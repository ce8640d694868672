/** What the endpoint tells Prometheus, by Prometheus' own judge, and held against the alerts that use it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { Metrics } from '../../agent/debug/metrics.ts';
import type { NodeStatus } from '../../agent/report/status.ts';
import { someStatus } from '../control/fake-port.ts';
import { fakeDebugPort } from '../debug/served.ts';
import { lacksPromtool } from '../support/promtool.ts';

const generation = { series: 'lb', generation: 42, digest: 'sha256:42' };
const full: NodeStatus = {
  ...someStatus,
  lookedAt: 5_000,
  wanted: generation,
  running: generation,
  lastKnownGood: generation,
  overrides: [{ id: 'a', kind: 'hold', address: null, by: 'ana', reason: 'x', since: 1_000, expires: 9_000 }],
};

t.test('promtool finds nothing to say', { skip: lacksPromtool() }, async (t) => {
  for (const status of [someStatus, full]) {
    const port = fakeDebugPort({ status });
    const engine = {
      ...port.engine,
      resources: () => [{ address: 'file:/x', condition: 'waiting', since: 9 } as const],
    };
    const text = await new Metrics({ ...port, engine }).text();
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    t.equal(`${checked.stdout}${checked.stderr}`, '');
    t.equal(checked.status, 0);
    for (const [, name = ''] of text.matchAll(/^([a-z_]+)[ {]/gmu))
      t.ok(text.includes(`# HELP ${name} `) && text.includes(`# TYPE ${name} `), name);
  }
});

t.test('every name that an alert asks for is told', async (t) => {
  const rules = readFileSync(new URL('../../packaging/prometheus/keelson.rules.yaml', import.meta.url), 'utf8');
  const text = await new Metrics(fakeDebugPort({ status: full })).text();
  const asked = new Set([...rules.matchAll(/\bkeelson_[a-z_]+/gu)].map(([name]) => name));
  t.ok(asked.size > 5);
  // Certificates are a kind that comes later; their names are kept for it.
  for (const name of asked) if (!name.startsWith('keelson_certificate_')) t.ok(text.includes(`# TYPE ${name} `), name);
  const verdicts = [...rules.matchAll(/verdict="([a-z_]+)"/gu)].map(([, verdict]) => verdict ?? '');
  for (const verdict of verdicts) t.ok(text.includes(`keelson_verdict{verdict="${verdict}"}`), verdict);
});
