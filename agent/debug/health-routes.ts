/** `/healthz`: whether the process is alive. */
import { Pulse } from '../base/pulse.ts';
import type { Clock } from '../base/clock.ts';
import type { DeclaredRoute } from './declared-route.ts';
import { debugError } from './errors.ts';
import type { DebugPort } from './port.ts';
import { FAILURE } from './schemas.ts';

export function healthRoutes(port: DebugPort, clock: Clock): readonly DeclaredRoute[] {
  const pulse = new Pulse(clock, () => port.writerTurn());
  return [
    {
      url: '/healthz',
      schema: {
        summary: 'Whether the agent is alive',
        description: 'The process answers, and its writer made progress in the last minute. Says nothing of the node.',
        response: { 200: { type: 'object', properties: { alive: { const: true } } }, 503: FAILURE },
      },
      async answer() {
        if (pulse.beats()) return { alive: true };
        throw debugError('KSN-DEBUG-001', 'the writer has had no turn for a minute');
      },
    },
  ];
}
