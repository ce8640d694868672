/**
 * `keelson dev`: the agent on a sandbox root, with the example spec, told in words as it happens. The same agent as
 * the daemon's, built by the same composition root.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Agent, AgentSettings } from '../composition.ts';
import { composeAgent } from '../compose.ts';
import { createNotifier } from '../host/notify.ts';
import { createRunCommand } from '../host/run-command.ts';
import { liveAsAgent } from './daemon.ts';
import { playDemo } from './demo.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { Narrator } from './narrator.ts';
import { openRootFolder } from './open-root.ts';
import { prepareSandbox, type Sandbox } from './sandbox.ts';
import { agentSettingsOf, foldersOf, readConfig } from './settings.ts';
import { terminalLog } from './terminal-log.ts';
import { widthOf } from './text/columns.ts';
import { statusText } from './text/status-text.ts';

export interface DevOptions {
  readonly once: boolean;
  readonly demo: boolean;
}

/** What a run of the sandbox is about; false: it did not come about. */
type Play = (agent: Agent, narrator: Narrator, signal: AbortSignal) => Promise<boolean>;

export async function dev(invocation: Invocation, options: DevOptions): Promise<ExitCode> {
  await using folder = await sandboxFolder(invocation, options.demo);
  const sandbox = await prepareSandbox(folder.path);
  const play = playOf(invocation, sandbox, options);
  return (await live(invocation, sandbox, play)) ? 0 : 1;
}

/** @throws KSN-CLI-001 for a demo where there is no example to play with */
function playOf(invocation: Invocation, sandbox: Sandbox, { demo, once: ends }: DevOptions): Play {
  const { root, spec: example } = sandbox;
  if (ends && !demo) return (agent, narrator, signal) => once(invocation, agent, narrator, signal);
  if (!demo) return (agent, _narrator, signal) => stay(invocation, agent, sandbox, signal);
  if (example === null)
    throw cliError('KSN-CLI-001', `${root} is set up, and the demo plays with the example`, {
      element: root,
      remedy: 'Leave --root out, or take an empty folder.',
    });
  return (agent, narrator, signal) => playDemo(invocation, { agent, narrator, root, example }, signal);
}

async function live(invocation: Invocation, sandbox: Sandbox, play: Play): Promise<boolean> {
  const { terminal, clock } = invocation;
  const global = { ...invocation.global, root: sandbox.root };
  const root = await openRootFolder(sandbox.root);
  await using fs = root.fs;
  const { settings } = await readConfig(fs, global);
  let came = true;
  await liveAsAgent(invocation, {
    compose: composeAgent,
    root,
    folders: foldersOf(settings),
    settings: withPage(await agentSettingsOf(settings, fs)),
    loadSettings: async () => withPage(await agentSettingsOf((await readConfig(fs, global)).settings, fs)),
    log: terminalLog(terminal),
    notifier: createNotifier({ socket: null, sendDatagram: null, run: createRunCommand({ clock }) }),
    async beside(agent, signal) {
      const quiet = new AbortController();
      const narrator = new Narrator(agent.events, terminal);
      const told = narrator.tell(AbortSignal.any([signal, quiet.signal]));
      try {
        came = await play(agent, narrator, signal);
      } finally {
        quiet.abort();
        await told;
      }
    },
  });
  return came;
}

/** On a port that is free, unless a person has set one. */
function withPage(settings: AgentSettings): AgentSettings {
  return { ...settings, listen: settings.listen ?? { host: '127.0.0.1', port: 0 } };
}

async function stay({ terminal }: Invocation, agent: Agent, sandbox: Sandbox, signal: AbortSignal): Promise<boolean> {
  const { root, spec } = sandbox;
  terminal.print([
    `The agent runs on the sandbox ${root}; Ctrl-C ends it. In another terminal:`,
    `  npx keelson --root ${root} status`,
    ...(spec === null
      ? [`  npx keelson --root ${root} apply FILE`]
      : [
          `  echo oops >> ${join(root, 'etc/haproxy/haproxy.cfg')}    (watch it being repaired here)`,
          `  edit ${spec}, raise its generation, save`,
        ]),
    `Its socket is ${join(root, 'run/keelson/agent.sock')}.`,
    ...(agent.page === null ? [] : [`Its page is ${agent.page}`]),
    '',
  ]);
  // It ends with the signal.
  await Array.fromAsync(agent.engine.watchStatus(signal), () => null);
  terminal.print('Stopping.');
  return true;
}

async function once(invocation: Invocation, agent: Agent, narrator: Narrator, signal: AbortSignal): Promise<boolean> {
  const { terminal, clock } = invocation;
  await agent.looked;
  const status = await agent.engine.settled(signal);
  await narrator.caughtUp();
  const text = statusText(
    { status, resources: agent.engine.resources() },
    { now: clock.now(), palette: terminal.palette, ...widthOf(terminal) },
  );
  terminal.print(['', ...text]);
  return status.verdict === 'OK';
}

/** `--root`, or one beside the checkout that is kept; a demo has one of its own that goes with it. */
async function sandboxFolder(
  invocation: Invocation,
  demo: boolean,
): Promise<AsyncDisposable & { readonly path: string }> {
  const kept = { [Symbol.asyncDispose]: async () => {} };
  if (invocation.global.root !== '/') return { path: resolve(invocation.global.root), ...kept };
  if (!demo) return { path: resolve('.keelson-dev'), ...kept };
  const path = await mkdtemp(join(tmpdir(), 'keelson-demo-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
