/** The person behind a change, for the events and the status of the node. */
import type { Asked } from '../control/protocol.ts';
import type { Invocation } from './invocation.ts';

export function whoAsks({ environment }: Invocation): Asked {
  const { person } = environment;
  return person === undefined ? {} : { who: person };
}
