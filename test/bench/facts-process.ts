/** Gathers the facts of this machine once, cold, and says how long it took and the longest that the event loop stood. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../agent/base/system-clock.ts';
import { openRootFolder } from '../../agent/commands/open-root.ts';

const RESOLUTION_MS = 1;

const { fs } = await openRootFolder(process.argv[2] ?? '/', 'looking');
const { factsOfRoot } = await import('../../agent/host/node-facts/of-root.ts');
const reader = factsOfRoot({ fs, clock: systemClock, isWholeHost: process.argv[2] === undefined });
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
await sleep(20);
delay.enable();
const begun = performance.now();
await reader.read(true);
const took = performance.now() - begun;
// The histogram is fed by a timer, which a loop that stands holds up too.
await sleep(5);
delay.disable();
process.send?.({ took, stalled: Math.max(0, delay.max / 1e6 - RESOLUTION_MS) });
