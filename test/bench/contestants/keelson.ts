/**
 * Our agent, resident as on a node: its process runs and has taken one spec before. Measured from the signed document
 * in its hands until the last file and folder is durable; a run with nothing to do is its full look.
 */
import { AgentHandle } from '../agent-handle.ts';
import type { Milestones } from '../bench-agent.ts';
import type { Contestant } from '../contestant.ts';
import { filesOf, signedSpec } from '../document.ts';

export function keelson(told: (milestones: Milestones) => void = () => {}): Contestant {
  return {
    name: 'Keelson',
    lacks: () => null,
    async prepare(workload, root) {
      const agent = await AgentHandle.open(root, 2_000);
      await agent.bringAbout(signedSpec(1, { files: { '/etc/first.conf': { content: { inline: 'first\n' } } } }));
      const document = signedSpec(2, filesOf(workload));
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
