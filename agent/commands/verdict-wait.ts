/** Waits until a generation has its verdict, telling what happens meanwhile. */
import type { Clock } from '../base/clock.ts';
import type { ControlClient } from '../control/client.ts';
import type { NodeStatus } from '../report/status.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { widthOf } from './text/columns.ts';
import { progressLine } from './text/events-text.ts';
import { statusText } from './text/status-text.ts';

export interface Awaited {
  /** Of the generation; null: whatever is wanted. */
  readonly digest: string | null;
  /** Events after this one are told. */
  readonly afterEvent: number;
  readonly timeoutMs: number;
}

/** What the command prints last, and its exit code. */
export interface Outcome {
  readonly code: ExitCode;
  readonly lines: readonly string[];
}

/** A node that only waits, is held or observes may just not have begun: it must say so this long. */
const restMs = 2_000;

/** Events are told when they are durable, a little after the status that they led to. */
const eventDelayMs = 150;

/** @throws KSN-CLI-006 where no verdict came in time or the agent went away, and the reason of the signal. */
export async function waitForVerdict(invocation: Invocation, agent: ControlClient, awaited: Awaited): Promise<Outcome> {
  const { terminal, clock, signal } = invocation;
  const done = new AbortController();
  const told = tellEvents(invocation, agent, awaited.afterEvent, done.signal);
  const late = AbortSignal.timeout(awaited.timeoutMs);
  try {
    const last = await decided(agent, awaited.digest, AbortSignal.any([signal, late]), clock);
    signal.throwIfAborted();
    if (last === null)
      throw cliError('KSN-CLI-006', late.aborted ? 'the verdict did not come in time' : 'the agent went away');
    const code = codeOf(last, awaited.digest);
    const resources = await agent.resources();
    await clock.sleep(eventDelayMs, signal);
    const text = statusText(
      { status: last, resources },
      { now: clock.now(), palette: terminal.palette, ...widthOf(terminal) },
    );
    return { code, lines: text };
  } finally {
    done.abort();
    await told;
  }
}

async function tellEvents(
  invocation: Invocation,
  agent: ControlClient,
  after: number,
  signal: AbortSignal,
): Promise<void> {
  const { terminal } = invocation;
  try {
    for await (const event of agent.followEvents({ after }, signal)) {
      terminal.print(progressLine(event, { palette: terminal.palette, ...widthOf(terminal) }));
    }
  } catch (error) {
    // The statuses decide; without the events it is only quieter.
    terminal.warn(`keelson: no more events: ${(error as Error).message}`);
  }
}

/** The first status that says how it ended; null when the stream ended before. */
async function decided(
  agent: ControlClient,
  digest: string | null,
  signal: AbortSignal,
  clock: Clock,
): Promise<NodeStatus | null> {
  const done = new AbortController();
  const statuses = agent.watchStatus(AbortSignal.any([signal, done.signal]))[Symbol.asyncIterator]();
  try {
    let next = statuses.next();
    let seen = digest === null;
    for (;;) {
      const step = await next;
      if (step.done === true) return null;
      const status = step.value;
      seen ||= status.wanted?.digest === digest;
      const is = seen ? ending(status, digest) : 'open';
      if (is === 'ended') return status;
      next = statuses.next();
      if (
        is === 'resting' &&
        (await Promise.race([
          next.then(() => false),
          clock.sleep(restMs, signal).then(
            () => true,
            () => false,
          ),
        ]))
      )
        return status;
    }
  } finally {
    done.abort();
    await statuses.return?.();
  }
}

/** ended: nothing more comes. resting: nothing more comes unless somebody does something. */
export function ending(status: NodeStatus, digest: string | null): 'open' | 'resting' | 'ended' {
  const { verdict, wanted, running, blocked } = status;
  if (verdict === 'Changing' || verdict === 'Unknown') return 'open';
  if (digest !== null && wanted !== undefined && wanted.digest !== digest) return 'ended';
  if (digest !== null && blocked.some((ref) => ref.digest === digest))
    return verdict === 'RolledBack' ? 'ended' : 'resting';
  if (verdict === 'OK' || verdict === 'Left') return digest === null || running?.digest === digest ? 'ended' : 'open';
  return 'resting';
}

function codeOf(status: NodeStatus, digest: string | null): ExitCode {
  const { verdict, running } = status;
  if (verdict === 'OK') return digest === null || running?.digest === digest ? 0 : 1;
  const isFailure = verdict !== 'Waiting' && verdict !== 'Held' && verdict !== 'Observe' && verdict !== 'Left';
  return isFailure ? 1 : 2;
}
