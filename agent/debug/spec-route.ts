/** `/v1/spec`: what the node was told, without secrets. */
import type { DeclaredRoute } from './declared-route.ts';
import type { DebugPort } from './port.ts';
import { redactedSpec } from './redacted-spec.ts';
import { SPECS } from './schemas.ts';

export function specRoute(port: DebugPort): DeclaredRoute {
  return {
    url: '/v1/spec',
    schema: {
      summary: 'The specs that are wanted and running, redacted',
      description:
        'Contents, arguments, environment and whatever is not known to be free of secrets is replaced by ' +
        '`{ "redacted": true, "bytes": N }`.',
      response: { 200: SPECS },
    },
    async answer() {
      const { wanted, running } = await port.specs();
      return {
        wanted: wanted === null ? null : redactedSpec(wanted),
        running: running === null ? null : redactedSpec(running),
      };
    },
  };
}
