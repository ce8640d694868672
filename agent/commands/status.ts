/** `keelson status`: one word, the reason, the next step. Reads the disk when the agent is down or silent, and says so. */
import { answerOrDisk } from './answer-or-disk.ts';
import { connectAgent, connectReading } from './connect.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { statusOnDisk } from './on-disk.ts';
import type { Verdict } from '../report/status.ts';
import { widthOf } from './text/columns.ts';
import { dataText, type Output } from './text/data.ts';
import { resourceTable, statusText, type StatusView } from './text/status-text.ts';

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

async function watch(invocation: Invocation, options: StatusOptions): Promise<ExitCode> {
  for await (const now of (await connectAgent(invocation)).watchStatus(invocation.signal)) {
    await show(invocation, { status: now }, options);
    if (options.output === 'table') invocation.terminal.print('');
  }
  return 0;
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
