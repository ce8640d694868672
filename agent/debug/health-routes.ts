/** `/healthz`: whether the process is alive. `/readyz`: whether the node is as it should be. `/metrics`: in numbers. */
import type { DeclaredRoute } from './declared-route.ts';
import { debugError } from './errors.ts';
import { Metrics } from './metrics.ts';
import type { DebugPort } from './port.ts';
import { unmetOf } from './readiness.ts';
import { FAILURE, READINESS } from './schemas.ts';

export function healthRoutes(port: DebugPort): readonly DeclaredRoute[] {
  const metrics = new Metrics(port);
  return [
    {
      url: '/healthz',
      schema: {
        summary: 'Whether the agent is alive',
        description:
          'The process answers, and its writer is not in one and the same turn for a minute. Says nothing of the node.',
        response: { 200: { type: 'object', properties: { alive: { const: true } } }, 503: FAILURE },
      },
      async answer() {
        if (port.beats()) return { alive: true };
        throw debugError('KSN-DEBUG-001', 'the writer has been in one turn for more than a minute');
      },
    },
    {
      url: '/readyz',
      schema: {
        summary: 'Whether a good generation runs, everything was looked at, and nothing is unknown or failing',
        description: 'Rolled back, held and waiting are no lack: what runs is known, and the verdict says the rest.',
        response: { 200: READINESS, 503: READINESS },
      },
      async answer({ reply }) {
        const unmet = unmetOf(port.engine.status());
        if (unmet.length > 0) void reply.code(503);
        return { ready: unmet.length === 0, unmet };
      },
    },
    {
      url: '/metrics',
      schema: {
        summary: 'The node in numbers, for Prometheus',
        response: { 200: { description: 'Metrics', content: { 'text/plain': { schema: { type: 'string' } } } } },
      },
      async answer({ reply }) {
        void reply.type(metrics.contentType);
        return metrics.text();
      },
    },
  ];
}
