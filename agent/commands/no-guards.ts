/** Where nothing can undo a change without the agent: the agent itself undoes it when its guard is not reached. */
import type { GuardTimers } from '../apply/guard-timers.ts';

export const noGuards: GuardTimers = {
  arm: async () => {},
  disarm: async () => {},
  fired: async () => [],
  acknowledge: async () => {},
};
