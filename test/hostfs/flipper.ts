/**
 * The attacker's side of the escape tests, in a thread of its own: swaps the directory `d` beneath a root with a link
 * to a place outside, and back, as fast as it can.
 */
import { renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** `state`: [1 to stop, swaps so far]. */
const { root, outside, state } = workerData as { root: string; outside: string; state: Int32Array };
while (Atomics.load(state, 0) === 0) {
  renameSync(`${root}/d`, `${root}/d.real`);
  symlinkSync(outside, `${root}/d`);
  unlinkSync(`${root}/d`);
  renameSync(`${root}/d.real`, `${root}/d`);
  Atomics.add(state, 1, 1);
}
