/** `/v1/facts`: what the machine is, without what tells it from its like unless root asks. */
import type { DeclaredRoute } from './declared-route.ts';
import type { DebugPort } from './port.ts';
import { FACTS } from './schemas.ts';

export function factsRoute(port: DebugPort): DeclaredRoute {
  return {
    url: '/v1/facts',
    schema: {
      summary: 'What this node is: system, hardware, disks, network',
      description:
        'Gathered when asked; whoever asks meanwhile gets the same answer. Serial numbers and the machine id are in ' +
        'what root is answered over the socket alone.',
      response: { 200: FACTS },
    },
    answer: ({ asker }) => port.facts(asker.peer?.uid === 0),
  };
}
