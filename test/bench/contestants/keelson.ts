/**
 * Our agent, resident as on a node: its process runs and has taken one spec before. A run with nothing to do is its
 * full look.
 */
import { AgentHandle } from '../agent-handle.ts';
import type { Milestones } from '../bench-agent.ts';
import type { Contestant } from '../contestant.ts';
import { filesOf, signedSpec } from '../document.ts';

const FIRST = { '/etc/first.conf': { content: { inline: 'first\n' } } };

/** A run takes from the signed document in the agent's hands until the last file and folder is durable. */
export function keelson(told: (milestones: Milestones) => void = () => {}): Contestant {
  return {
    name: 'Keelson',
    lacks: () => null,
    async prepare(workload, root) {
      const agent = await AgentHandle.open(root, 2_000);
      await agent.bringAbout(signedSpec(1, { files: FIRST }));
      const document = signedSpec(2, { files: { ...FIRST, ...filesOf(workload).files } });
      return {
        async run() {
          const milestones = await agent.bringAbout(document);
          told(milestones);
          return milestones.applied;
        },
        again: () => agent.lookAtAll(),
        end: () => agent[Symbol.asyncDispose](),
      };
    },
  };
}
