/** `keelson dev --demo`: a hand edit is repaired, and a bad spec is rolled back with its reason. Both, or it failed. */
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from '../composition.ts';
import type { EventRecord, EventType } from '../report/events.ts';
import type { Invocation } from './invocation.ts';
import type { Narrator } from './narrator.ts';
import { widthOf } from './text/columns.ts';
import { statusText } from './text/status-text.ts';

/** In all. A demo that takes longer has failed. */
const limitMs = 55_000;
const config = '/etc/haproxy/haproxy.cfg';

export interface Stage {
  readonly agent: Agent;
  readonly narrator: Narrator;
  /** The root of the sandbox, and the spec in it, as this process names them. */
  readonly root: string;
  readonly example: string;
}

export async function playDemo(invocation: Invocation, stage: Stage, stop: AbortSignal): Promise<boolean> {
  const { terminal, clock } = invocation;
  const { agent, narrator, root } = stage;
  const signal = AbortSignal.any([stop, AbortSignal.timeout(limitMs)]);
  const say = (line: string): void => terminal.print(['', terminal.palette.strong(line)]);
  const file = join(root, config);
  const status = async (): Promise<void> => {
    await narrator.caughtUp();
    const view = { status: agent.engine.status(), resources: agent.engine.resources() };
    terminal.print(['', ...statusText(view, { now: clock.now(), palette: terminal.palette, ...widthOf(terminal) })]);
  };
  try {
    say('1  The example is applied.');
    await seen(agent, 'VerdictGood', signal);
    await status();

    say(`2  A hand edits ${config}.`);
    const good = await readFile(file, 'utf8');
    await appendFile(file, '# a hand was here\n');
    await seen(agent, 'DriftRepaired', signal);
    if ((await readFile(file, 'utf8')) !== good) throw new Error('the edit is still there');

    say('3  Generation 2 makes haproxy listen on the wrong port; its gate asks for 6443.');
    await publishBad(stage);
    await seen(agent, 'RolledBack', signal);
    await agent.engine.settled(signal);
    await status();
    if ((await readFile(file, 'utf8')) !== good) throw new Error('the bad file is still there');
    if (agent.engine.status().verdict !== 'RolledBack') throw new Error('the verdict is not RolledBack');
    say('The edit was repaired, the bad spec was rolled back, and the node says why.');
    return true;
  } catch (error) {
    if (stop.aborted) return false;
    terminal.warn(`The demo failed: ${signal.aborted ? 'it took too long' : (error as Error).message}`);
    return false;
  }
}

/** The next event of a type. */
async function seen(agent: Agent, type: EventType, signal: AbortSignal): Promise<EventRecord> {
  for await (const event of agent.events.follow(agent.events.lastSeq, signal)) if (event.type === type) return event;
  throw new Error(`no ${type} was seen`);
}

/** Written beside and renamed, as an editor or a delivery would. */
async function publishBad({ example: spec }: Stage): Promise<void> {
  const text = await readFile(spec, 'utf8');
  const bad = text.replace(/^( *generation:) 1\b/mu, '$1 2').replace(/^( *)bind :6443\b/mu, '$1bind :7443');
  await writeFile(`${spec}.new`, bad);
  await rename(`${spec}.new`, spec);
}
