/** `keelson events`: what happened, from the agent or, when it is down or silent, from its log on disk. */
import { ago } from '../base/spans.ts';
import { answerOrDisk } from './answer-or-disk.ts';
import { connectReading } from './connect.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { eventsOnDisk } from './on-disk.ts';
import { silentOne } from './silent-agent.ts';
import { widthOf } from './text/columns.ts';
import { dataText, type Output } from './text/data.ts';
import { eventLine, eventLines } from './text/events-text.ts';
import { absence } from './text/status-text.ts';

export interface EventsOptions {
  readonly output: Output;
  readonly follow: boolean;
  /** Only what came after this sequence number. */
  readonly after?: number;
  /** The newest so many. */
  readonly limit: number;
}

export async function events(invocation: Invocation, options: EventsOptions): Promise<ExitCode> {
  if (options.follow) return follow(invocation, options);
  const { terminal, clock } = invocation;
  const { after, limit, output } = options;
  const answered = await answerOrDisk(
    async () => (await connectReading(invocation)).events({ limit, ...(after !== undefined && { after }) }),
    () => eventsOnDisk(invocation, after, limit),
  );
  if (answered.fromDisk) {
    const who = absence(await silentOne(invocation, answered.hangs));
    const newest = answered.value.at(-1);
    const age = newest === undefined ? '' : `, the newest ${ago(newest.at, clock.now())}`;
    terminal.warn(`keelson: the agent ${who}; this is its log on disk${age}`);
  }
  if (output === 'table') {
    terminal.print(eventLines(answered.value, { now: clock.now(), palette: terminal.palette, ...widthOf(terminal) }));
  } else {
    terminal.print(await dataText(answered.value, output));
  }
  return 0;
}

/** One line an event as it comes; with `-o json` one JSON value a line. */
async function follow(invocation: Invocation, { after, limit, output }: EventsOptions): Promise<ExitCode> {
  const { terminal, clock, signal } = invocation;
  const query = { limit, ...(after !== undefined && { after }) };
  for await (const event of (await connectReading(invocation)).followEvents(query, signal)) {
    if (output === 'table')
      terminal.print(eventLine(event, { now: clock.now(), palette: terminal.palette, ...widthOf(terminal) }));
    else terminal.print(output === 'json' ? JSON.stringify(event) : `---\n${await dataText(event, 'yaml')}`);
  }
  return 0;
}
