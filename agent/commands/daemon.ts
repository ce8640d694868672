/**
 * The life of an agent: start, READY, steady state, reload, orderly end. `keelson agent` and `keelson dev` both live
 * it; they differ in the root and in who reads what is said.
 */
import { existsSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { kernelLock } from '../apply/lock.ts';
import type { Agent, AgentFolders, AgentParts, AgentSettings } from '../composition.ts';
import { systemEntropy } from '../base/entropy.ts';
import { asKeelsonError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Clock } from '../base/clock.ts';
import { readBootId } from '../host/boot-id.ts';
import { keepWatchdog, type Notifier } from '../host/notify.ts';
import type { NodeStatus } from '../report/status.ts';
import type { Invocation } from './invocation.ts';
import type { OpenedRoot } from './open-root.ts';
import { PROGRAM_VERSION } from './program-version.ts';
import { statusLine } from '../report/verdict-words.ts';

export interface DaemonOptions {
  readonly compose: (parts: AgentParts) => Promise<Agent>;
  readonly root: OpenedRoot;
  readonly folders: AgentFolders;
  /** In force at the start. */
  readonly settings: AgentSettings;
  /** Reads them anew, at a reload. */
  readonly loadSettings: () => Promise<AgentSettings>;
  readonly log: Log;
  readonly notifier: Notifier;
  /** See AgentParts; absent: nobody. */
  readonly toJournal?: (entry: Uint8Array) => boolean;
  /** Runs beside the agent from READY on; when it ends, the agent ends. Absent: until the signal. */
  readonly beside?: (agent: Agent, signal: AbortSignal) => Promise<void>;
}

/** An open that takes long asks for more time, in steps. */
const extendEveryMs = 10_000;
const extendByMs = 30_000;

export async function liveAsAgent(invocation: Invocation, options: DaemonOptions): Promise<void> {
  const { clock, signal, environment } = invocation;
  const { root, log, notifier } = options;
  const tell = (told: Promise<void>): void => void told.catch((error: unknown) => warn(log, 'notify', error));

  const opening = new AbortController();
  using closing = new DisposableStack();
  closing.defer(() => opening.abort());
  tell(whileOpening(clock, notifier, opening.signal));
  let { settings } = options;
  await using agent = await options.compose({
    fs: root.fs,
    folders: options.folders,
    settings: () => settings,
    log,
    clock,
    entropy: systemEntropy,
    bootId: readBootId(),
    pid: process.pid,
    selinux: existsSync('/sys/fs/selinux/enforce'),
    ownsProcesses: root.isWholeHost,
    hasSystemd: root.isWholeHost && existsSync('/run/systemd/system'),
    peerOf: (descriptor) => root.libc?.peerCredentials(descriptor) ?? null,
    takeLock: kernelLock(root.libc),
    toJournal: options.toJournal ?? null,
  });

  const ending = new AbortController();
  const stop = AbortSignal.any([signal, ending.signal]);
  const watch = (intervalMs: number): Promise<void> =>
    keepWatchdog(notifier, {
      intervalMs,
      clock,
      signal: stop,
      alive: () => agent.beats(),
      failed: (error) => warn(log, 'watchdog', error),
    });
  const reload = async (): Promise<void> => {
    tell(notifier.reloading());
    try {
      settings = await options.loadSettings();
      for (const finding of await agent.reload()) log.warn('trust', finding.message, { element: finding.element });
      log.info('reloaded', 'configuration, trust roots and specs were read again');
    } catch (error) {
      // What was in force stays in force.
      log.error('reload-failed', asKeelsonError(error).message, { error: asKeelsonError(error) });
    }
    tell(notifier.ready(statusLine(agent.engine.status())));
  };

  const beside: Promise<void>[] = [];
  /** Its failure is seen when everything ends; until then nobody waits for it. */
  const alongside = (task: Promise<void>): void => {
    task.catch(() => {});
    beside.push(task);
  };
  closing.use(invocation.onReload(() => void reload()));
  try {
    await agent.run(stop, async () => {
      opening.abort();
      agent.events.emit({ type: 'AgentStarted', message: `keelson ${PROGRAM_VERSION} runs as process ${process.pid}` });
      await notifier.ready(statusLine(agent.engine.status())).catch((error: unknown) => warn(log, 'notify', error));
      log.info('ready', 'the agent is ready', { version: PROGRAM_VERSION });
      // Where NODE_COMPILE_CACHE is set: what a start needs and no more, and kept also when the end is a power cut.
      flushCompileCache();
      alongside(followStatus(agent, stop, (status) => tell(notifier.status(statusLine(status)))));
      if (environment.watchdogMs !== null) alongside(watch(environment.watchdogMs));
      if (options.beside !== undefined) alongside(options.beside(agent, stop).finally(() => ending.abort()));
    });
  } finally {
    ending.abort();
    tell(notifier.stopping('stopping'));
    agent.events.emit({ type: 'AgentStopping', message: 'the agent stops' });
    await Promise.allSettled(beside);
  }
  await Promise.all(beside);
}

async function whileOpening(clock: Clock, notifier: Notifier, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(extendEveryMs, signal).catch(() => {});
    if (signal.aborted) return;
    await notifier.extendTimeout(extendByMs);
  }
}

async function followStatus(agent: Agent, signal: AbortSignal, told: (status: NodeStatus) => void): Promise<void> {
  for await (const status of agent.engine.watchStatus(signal)) told(status);
}

function warn(log: Log, event: string, error: unknown): void {
  const failure = asKeelsonError(error);
  log.warn(event, failure.message, { error: failure });
}
