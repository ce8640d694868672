/**
 * Guards of changes: an undo that works without the agent. Arming writes a script that needs nothing but sh and
 * coreutils and starts a timer that nobody takes down with the agent; a good probe disarms it. The port is
 * `GuardTimers` (agent/apply).
 *
 * INVARIANTS
 * 1. When `arm` resolves, script and `<id>.json` are durable and the timer runs; before, nothing can fire.
 * 2. Of disarm and script exactly one wins, by who takes `<id>.json` away. A disarm that loses leaves the marker.
 * 3. A guard that neither fired nor was disarmed fires: by its timer, at the next boot (keelson-guards.service), or
 *    in `fired`, once its time is over or another boot began.
 */
import { FsError } from '../../hostfs/errors.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { joinPath, parentPath } from '../../hostfs/path.ts';
import type { Clock } from '../base/clock.ts';
import { bug } from '../base/errors.ts';
import type { Accounts, Change, ChangeId, RunCommand } from '../resources/kind.ts';
import { hostError } from './errors.ts';
import { detachedAlarms, systemdAlarms, type GuardAlarms } from './guard-alarm.ts';
import { guardScriptOf } from './guard-content.ts';
import { GuardFolder, guardFailure } from './guard-folder.ts';
import { spareName } from './guard-script.ts';
import { undoOf } from './guard-undo.ts';
import { physicalPath } from './real-folder.ts';
import { shellBytes } from './shell-words.ts';
import type { SpawnDetached } from './spawn-detached.ts';

export interface GuardOptions {
  readonly fs: FileSystem;
  /** Absolute in the root; pre-images lie in its folder `preimages`. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly run: RunCommand;
  readonly spawnDetached: SpawnDetached;
  /** The systemd that runs is that of this root: it holds the timers, and `unit:` effects go to it. */
  readonly hasSystemd: boolean;
  readonly accounts: Accounts;
  readonly bootId: string;
}

/** When the agent runs a script itself, instead of a timer that is gone. */
const SCRIPT_TIMEOUT_MS = 120_000;

export class HostGuardTimers {
  readonly #options: GuardOptions;
  readonly #folder: GuardFolder;
  readonly #alarms: GuardAlarms;
  /** Monotonic deadlines of what this process armed: the wall clock may jump. */
  readonly #deadlines = new Map<ChangeId, number>();
  #begun: Promise<void> | null = null;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#folder = new GuardFolder(options.fs, options.stateDir);
    this.#alarms = options.hasSystemd ? systemdAlarms(options.run) : detachedAlarms(options.spawnDetached);
  }

  /** @throws KSN-HOST-004 … 007: then nothing is armed, and the change must not be made. */
  async arm(change: Change<unknown>): Promise<void> {
    const { id, guard, address } = change;
    if (guard === undefined) throw bug(`${address} has no guard`);
    await this.#begin();
    if (!(await this.#unarm(id)))
      throw hostError('KSN-HOST-007', `the guard of ${address} has fired`, { element: address });
    try {
      await this.#arm(change, Math.max(1, Math.ceil(guard.seconds)));
    } catch (error) {
      this.#deadlines.delete(id);
      // Perhaps it is armed nevertheless; what cannot be cleared away now is at the next start.
      await this.#folder.remove(id, 'json', 'sh', 'before').catch(() => {});
      await this.#alarms.stop(id).catch(() => {});
      throw guardFailure(error, address);
    }
  }

  /** When it loses against the script, `fired` names the change. */
  async disarm(id: ChangeId): Promise<void> {
    await this.#begin();
    if (!(await this.#unarm(id))) return;
    this.#deadlines.delete(id);
    await this.#folder.remove(id, 'sh', 'before');
  }

  /** Fires first what is overdue. Named until acknowledged. */
  async fired(): Promise<readonly ChangeId[]> {
    await this.#begin();
    const ids: ChangeId[] = [];
    for (const [id, parts] of await this.#folder.all()) {
      const overdue = parts.has('json') && (await this.#isDue(id));
      if (overdue) await this.#fire(id);
      // Not by what was listed: since then it may have fired or been disarmed.
      if ((overdue && (await this.#folder.has(id, 'json'))) || (await this.#folder.hasFired(id))) ids.push(id);
    }
    return ids;
  }

  /** The firing has been taken into account: nothing of the guard stays behind. */
  async acknowledge(id: ChangeId): Promise<void> {
    await this.#begin();
    for (const part of ['firing', 'fired'] as const) {
      const guard = await this.#folder.read(id, part);
      if (typeof guard === 'object' && guard.path !== null) await this.#tidyBeside(id, guard.path);
    }
    this.#deadlines.delete(id);
    await this.#folder.remove(id, 'json', 'firing', 'fired', 'sh', 'before');
  }

  /** In this order: an armed guard has its script and its timer. */
  async #arm(change: Change<unknown>, seconds: number): Promise<void> {
    const { clock, bootId, accounts } = this.#options;
    const { id, address } = change;
    const undo = undoOf(change, accounts);
    const script = await guardScriptOf(change, undo, this.#options, this.#folder);
    await this.#folder.write(id, 'sh', shellBytes(script));
    const armed = { deadline: clock.now() + seconds * 1000, seconds, bootId };
    this.#deadlines.set(id, clock.monotonic() + seconds * 1000);
    await this.#alarms.start(id, seconds, await this.#scriptPath(id));
    const path = undo.by === 'path' ? undo.path : null;
    await this.#folder.write(id, 'json', Buffer.from(`${JSON.stringify({ id, address, path, ...armed })}\n`));
  }

  /** False: the script was first. */
  async #unarm(id: ChangeId): Promise<boolean> {
    const armed = await this.#folder.has(id, 'json');
    if (armed) await this.#folder.remove(id, 'json');
    if (await this.#folder.hasFired(id)) return false;
    if (armed) await this.#alarms.stop(id);
    return true;
  }

  async #isDue(id: ChangeId): Promise<boolean> {
    const own = this.#deadlines.get(id);
    if (own !== undefined) return this.#options.clock.monotonic() >= own;
    const guard = await this.#folder.read(id, 'json');
    if (typeof guard === 'string') return guard === 'damaged';
    return guard.bootId !== this.#options.bootId || this.#options.clock.now() >= guard.deadline;
  }

  /** Whatever comes of it, its time is over: it counts as fired. */
  async #fire(id: ChangeId): Promise<void> {
    const argv = ['/bin/sh', await this.#scriptPath(id), 'agent'];
    await this.#options.run({ argv, timeoutMs: SCRIPT_TIMEOUT_MS }, new AbortController().signal);
  }

  /** Once, before anything else: what a crash of an arming or a disarm left goes, timers that are gone come back. */
  #begin(): Promise<void> {
    this.#begun ??= this.#resume().catch((error: unknown) => {
      this.#begun = null;
      throw error;
    });
    return this.#begun;
  }

  async #resume(): Promise<void> {
    await this.#folder.make();
    for (const [id, parts] of await this.#folder.all()) {
      if (parts.has('firing') || parts.has('fired')) continue;
      if (!parts.has('json')) {
        await this.#folder.remove(id, 'sh', 'before');
      } else if (!(await this.#isDue(id)) && !(await this.#alarms.runs(id))) {
        const guard = await this.#folder.read(id, 'json');
        if (typeof guard === 'string') continue;
        const left = Math.ceil((guard.deadline - this.#options.clock.now()) / 1000);
        // Where no timer can be had, `fired` still knows its deadline.
        await this.#alarms
          .start(id, Math.max(1, Math.min(left, guard.seconds)), await this.#scriptPath(id))
          .catch(() => {});
      }
    }
  }

  #scriptPath(id: ChangeId): Promise<string> {
    return physicalPath(this.#options.fs, this.#folder.at(id, 'sh'));
  }

  /** What a script that died on the way has left. */
  async #tidyBeside(id: ChangeId, path: string): Promise<void> {
    const { fs } = this.#options;
    const spare = joinPath(parentPath(path), spareName(id));
    try {
      if ((await fs.lstat(joinPath(spare, 'new')))?.type === 'directory')
        await fs.removeDirectory(joinPath(spare, 'new'));
      else await fs.remove(joinPath(spare, 'new'));
      await fs.removeDirectory(spare);
    } catch (error) {
      // Somebody else's by now: nothing of ours needs it.
      if (!(error instanceof FsError)) throw error;
    }
  }
}
