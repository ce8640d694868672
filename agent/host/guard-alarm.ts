/** Starts a guard's script after a while, whatever becomes of the agent in the meantime. */
import { hostError } from './errors.ts';
import type { SpawnDetached, StopDetached } from './spawn-detached.ts';
import type { ChangeId, CommandResult, RunCommand } from '../resources/kind.ts';

export interface GuardAlarms {
  /** @throws KSN-HOST-004 */
  start(id: ChangeId, seconds: number, script: string): Promise<void>;
  /** One that cannot be stopped finds nothing to do. */
  stop(id: ChangeId): Promise<void>;
  /** Whether it certainly runs, also from an earlier run of the agent. */
  runs(id: ChangeId): Promise<boolean>;
}

const TIMEOUT_MS = 20_000;

/** Transient units: they belong to systemd, not to the unit of the agent and its control group. */
export function systemdAlarms(run: RunCommand): GuardAlarms {
  const never = new AbortController().signal;
  const call = (...argv: string[]): Promise<CommandResult> => run({ argv, timeoutMs: TIMEOUT_MS }, never);
  const alarms: GuardAlarms = {
    async start(id, seconds, script) {
      const unit = unitOf(id);
      const argv = [
        'systemd-run',
        `--unit=${unit}`,
        `--on-active=${seconds}s`,
        '--timer-property=AccuracySec=100ms',
        '/bin/sh',
        script,
      ];
      if ((await call(...argv)).exitCode === 0) return;
      // Left by an arming that a crash cut off; a failed service keeps the name as well.
      await alarms.stop(id);
      await call('systemctl', 'reset-failed', `${unit}.service`);
      const again = await call(...argv);
      if (again.exitCode !== 0) throw notStarted(id, again.startError ?? again.outputTail.trim());
    },
    async stop(id) {
      await call('systemctl', 'stop', `${unitOf(id)}.timer`);
    },
    async runs(id) {
      return (await call('systemctl', 'is-active', '--quiet', `${unitOf(id)}.timer`)).exitCode === 0;
    },
  };
  return alarms;
}

/** Where no systemd runs: a process in a session of its own, which sleeps. It ends with the boot or the container. */
export function detachedAlarms(spawnDetached: SpawnDetached): GuardAlarms {
  const running = new Map<ChangeId, StopDetached>();
  return {
    async start(id, seconds, script) {
      running.get(id)?.();
      try {
        const wait = 'sleep "$1" && exec /bin/sh "$2"';
        running.set(id, await spawnDetached(['/bin/sh', '-c', wait, 'keelson-guard', String(seconds), script]));
      } catch (error) {
        throw notStarted(id, error instanceof Error && 'code' in error ? String(error.code) : 'unexpected failure');
      }
    },
    async stop(id) {
      running.get(id)?.();
      running.delete(id);
    },
    runs: async (id) => running.has(id),
  };
}

function unitOf(id: ChangeId): string {
  return `keelson-guard-${id}`;
}

function notStarted(id: ChangeId, why: string) {
  return hostError('KSN-HOST-004', `the guard of change ${id} cannot be started: ${why}`, { element: id });
}
