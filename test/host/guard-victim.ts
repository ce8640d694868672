/** Arms a guard of one second on the root and path given, says so, and waits to be killed. */
import { systemClock } from '../../agent/base/system-clock.ts';
import { HostGuardTimers } from '../../agent/host/guard-timers.ts';
import { createRunCommand } from '../../agent/host/run-command.ts';
import { spawnDetached } from '../../agent/host/spawn-detached.ts';
import { loadLibc } from '../../hostfs/ffi.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { ownIds } from '../support/roots.ts';
import { bootId, changeOf, file, otherContent, stateDir } from './guarded.ts';

const [root = '', path = ''] = process.argv.slice(2);
const fs = await openRoot(nodePrimitives({ root, libc: loadLibc() }), { ids: ownIds });
const guards = new HostGuardTimers({
  fs,
  stateDir,
  clock: systemClock,
  run: createRunCommand({ clock: systemClock }),
  spawnDetached,
  hasSystemd: false,
  accounts: { uid: () => 0, gid: () => 0 },
  bootId,
});
await guards.arm(
  changeOf(path, file({ mode: '0640' }), file({ content: otherContent }), {
    guard: { seconds: 1, argv: [] },
    effects: [
      { target: 'command:touch', verb: 'command', command: { argv: ['touch', `${root}effect`], timeoutMs: 5_000 } },
    ],
  }),
);
process.stdout.write('armed\n');
setInterval(() => {}, 1_000);
