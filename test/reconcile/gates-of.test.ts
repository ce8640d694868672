/** Gates whose secret parts are not told are told apart by their place. */
import t from 'tap';
import type { GateSpec } from '../../agent/desired/shared-fields.ts';
import { gateSubject } from '../../agent/health/gates.ts';
import { healthError } from '../../agent/health/errors.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { EngineNode, verified } from '../support/engine-node.ts';

const URLS = ['http://127.0.0.1:8404/up?token=walnut-1', 'http://127.0.0.1:8404/up?token=walnut-2'] as const;

/** What the rollback says of a spec whose gates are these, where the one with `bad` in it fails. */
async function refusal(ofFile: readonly object[], bad: string) {
  const checkGate = async (gate: GateSpec) => {
    if (!JSON.stringify(gate).includes(bad)) return { is: 'healthy' } as const;
    const element = gateSubject(gate);
    const reason = healthError('KSN-GATE-004', `${element} answered 503`, { element }).toReason();
    return { is: 'unhealthy', reason } as const;
  };
  await using node = await EngineNode.on(new MemoryHost(), { checkGate });
  await node.start();
  await node.accept(verified(1, { files: { '/etc/a': { content: { inline: 'a\n' } } } }));
  await node.accept(verified(2, { files: { '/etc/a': { content: { inline: 'b\n' }, gates: ofFile } } }));
  return { status: node.status, preview: await node.engine.preview(), events: node.events };
}

t.test('two of one URL but for the query, which nobody is told', async (t) => {
  const { status, preview, events } = await refusal(
    URLS.map((http) => ({ http })),
    'walnut-2',
  );
  const reason = {
    code: 'KSN-GATE-004',
    message: 'file:/etc/a gates/1: http http://127.0.0.1:8404/up answered 503',
    element: 'file:/etc/a gates/1',
  };
  t.match(status, { verdict: 'RolledBack', blocked: [{ generation: 2, reason }] });
  t.notMatch(JSON.stringify([status, preview, events]), 'walnut');
});

t.test('one by itself is named in its own words, and its place is told beside them', async (t) => {
  const { status } = await refusal([{ http: URLS[0] }, { http: 'http://127.0.0.1:8404/other' }], 'walnut-1');
  t.match(status?.blocked[0]?.reason, {
    message: /^http http:\/\/127\.0\.0\.1:8404\/up answered 503$/u,
    element: 'file:/etc/a gates/0',
  });
});

t.test('the same of one program with other arguments', async (t) => {
  const gates = ['walnut-1', 'walnut-2'].map((argument) => ({ exec: ['/usr/bin/ask', argument] }));
  const { status } = await refusal(gates, 'walnut-1');
  t.match(status?.blocked[0]?.reason, { message: /^file:\/etc\/a gates\/0: exec \/usr\/bin\/ask answered/u });
});
