/** `keelson status`: one word, the reason, the next step. Reads the disk when the agent is down or silent, and says so. */
import { KeelsonError } from '../base/errors.ts';
import { answerOrDisk } from './answer-or-disk.ts';
import { connectReading } from './connect.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { statusOnDisk } from './on-disk.ts';
import type { Verdict } from '../report/status.ts';
import { widthOf } from './text/columns.ts';
import { dataText, type Output } from './text/data.ts';
import { resourceTable, statusText, type StatusView } from './text/status-text.ts';

/** Between two tries of a watch. */
const askAgainMs = 2_000;

export interface StatusOptions {
  readonly output: Output;
  /** Every resource, also those that are as desired. */
  readonly all: boolean;
  /** Stays, and prints every change. */
  readonly watch: boolean;
  /** The verdict decides the exit code. */
  readonly exitCode: boolean;
}

export async function status(invocation: Invocation, options: StatusOptions): Promise<ExitCode> {
  if (options.watch) return watch(invocation, options);
  const { value: view } = await answerOrDisk(
    () => ask(invocation),
    (hangs) => statusOnDisk(invocation, hangs),
  );
  await show(invocation, view, options);
  return options.exitCode ? codeOf(view) : 0;
}

async function ask(invocation: Invocation): Promise<StatusView> {
  const agent = await connectReading(invocation);
  const [now, resources] = await Promise.all([agent.status(), agent.resources()]);
  return { status: now, resources };
}

/** While the agent hangs it is asked again, and whoever looks is told: its watchdog, or a person, starts it anew. */
async function watch(invocation: Invocation, options: StatusOptions): Promise<ExitCode> {
  const { terminal, clock, signal } = invocation;
  const agent = await connectReading(invocation);
  let told: string | null = null;
  while (!signal.aborted) {
    try {
      for await (const now of agent.watchStatus(signal)) {
        told = null;
        await show(invocation, { status: now }, options);
        if (options.output === 'table') terminal.print('');
      }
      return 0;
    } catch (error) {
      if (!isWorthAsking(error, told !== null)) throw error;
      if (told !== error.code) terminal.warn(`keelson: ${error.message} (${error.code}); it is asked again`);
      told = error.code;
      await clock.sleep(askAgainMs, signal).catch(() => {});
    }
  }
  return 0;
}

/** One that hung is started anew meanwhile: for a moment none is there. */
function isWorthAsking(error: unknown, hung: boolean): error is KeelsonError {
  return error instanceof KeelsonError && (error.code === 'KSN-CTL-015' || (hung && error.retryable));
}

async function show({ terminal, clock }: Invocation, view: StatusView, { output, all }: StatusOptions): Promise<void> {
  if (output !== 'table') {
    const { status: now, resources, writtenAt, silent = null } = view;
    const data = {
      ...now,
      ...(all && resources !== undefined && { resources }),
      agentRunning: writtenAt === undefined || silent !== null,
      agentAnswers: writtenAt === undefined,
    };
    terminal.print(await dataText(data, output));
    return;
  }
  const options = { now: clock.now(), palette: terminal.palette, ...widthOf(terminal) };
  terminal.print(statusText(view, options));
  if (all) terminal.print(['', ...resourceTable(view.resources ?? view.status.resources, options)]);
}

/** Without the agent nothing is known to be as desired. */
function codeOf({ status: now, writtenAt }: StatusView): ExitCode {
  return writtenAt === undefined ? codes[now.verdict] : 1;
}

const codes: Readonly<Record<Verdict, ExitCode>> = {
  OK: 0,
  Changing: 2,
  Waiting: 2,
  Held: 2,
  Left: 2,
  Observe: 2,
  RolledBack: 1,
  SafeMode: 1,
  Degraded: 1,
  Unknown: 1,
};
