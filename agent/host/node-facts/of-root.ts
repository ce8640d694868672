/** The facts of the root that is meant, as the daemon and the commands ask for them. */
import type { Clock } from '../../base/clock.ts';
import { createRunCommand } from '../run-command.ts';
import { withoutIdentity, type NodeFacts } from './document.ts';
import type { FactRoot } from './fact-files.ts';
import { NodeFactsReader, runningKernel } from './node-facts.ts';

/** A status of rpm-ostree with many layered packages; the answer is cut at its beginning beyond that. */
const LONGEST_ANSWER = 1024 * 1024;

export interface FactsRoot {
  readonly fs: FactRoot;
  readonly clock: Clock;
  /** The machine around it is this root's. */
  readonly isWholeHost: boolean;
}

export interface RootFacts {
  /** `identity`: with what tells this machine from its like, which is for root alone. */
  read(identity: boolean): Promise<NodeFacts>;
}

/** Of a sandbox, programs and the kernel of the machine around it say nothing. */
export function factsOfRoot({ fs, clock, isWholeHost }: FactsRoot): RootFacts {
  const reader = new NodeFactsReader({
    fs,
    clock,
    kernel: isWholeHost ? runningKernel : null,
    run: isWholeHost ? createRunCommand({ clock, shown: LONGEST_ANSWER }) : null,
    cpuModel: async () => (await import('./cpu-model.ts')).cpuModel(),
  });
  return {
    read: async (identity) => {
      const facts = await reader.read();
      return identity ? facts : withoutIdentity(facts);
    },
  };
}
