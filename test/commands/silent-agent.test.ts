import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { parseTarGzip } from 'nanotar';
import t, { type Test } from 'tap';
import { diagnostics } from '../../agent/commands/diagnostics.ts';
import type { Manifest } from '../../agent/commands/diagnostics/archive.ts';
import { doctor } from '../../agent/commands/doctor.ts';
import { systemClock } from '../../agent/base/system-clock.ts';
import { agentRuns } from '../../agent/commands/examine-agent.ts';
import { openRootFolder } from '../../agent/commands/open-root.ts';
import { controlError } from '../../agent/control/errors.ts';
import { events } from '../../agent/commands/events.ts';
import { status } from '../../agent/commands/status.ts';
import { version } from '../../agent/commands/version.ts';
import { agentFolders, connectAgent, connectReading } from '../../agent/commands/connect.ts';
import { statusOnDisk } from '../../agent/commands/on-disk.ts';
import { READ_SOCKET } from '../../agent/control/protocol.ts';
import { SocketFolder } from '../../agent/control/socket-folder.ts';
import { fakePort, someStatus } from '../control/fake-port.ts';
import { fakeInvocation, serveAgent } from './fake-invocation.ts';

/** One silence of three seconds, and the work of the command; the call itself would wait sixty. */
const SOON_MS = 20_000;

/** Connections are taken, and nothing is ever said: as an agent under kill -STOP. */
async function hangingAgent(t: Test) {
  const root = t.testdir({ etc: {} });
  const at = join(root, 'run/keelson');
  mkdirSync(at, { recursive: true });
  const state = join(root, 'var/lib/keelson');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const stored = { format: 1, writtenAt: Date.now() - 120_000, status: someStatus };
  writeFileSync(join(state, 'status.json'), JSON.stringify(stored));
  const folder = new SocketFolder(at);
  const taken = new Set<Socket>();
  const server = createServer((socket) => {
    taken.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(folder.address(READ_SOCKET), resolve));
  const end = async (): Promise<void> => {
    for (const socket of taken) socket.destroy();
    if (!server.listening) return;
    await new Promise((resolve) => server.close(resolve));
    folder[Symbol.dispose]();
  };
  t.teardown(end);
  return { root, taken, end };
}

async function soon<T>(t: Test, run: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const value = await run();
  t.ok(performance.now() - begun < SOON_MS, 'nobody waits for it');
  return value;
}

t.test('diagnostics waits once, reads the disk, and its manifest says why', async (t) => {
  const { root, taken } = await hangingAgent(t);
  const person = fakeInvocation(root);
  const file = join(root, 'd.tar.gz');
  t.equal(await soon(t, () => diagnostics(person, { output: file })), 0);
  t.equal(taken.size, 1, 'asked once');
  const members = new Map((await parseTarGzip(readFileSync(file))).map(({ name, text }) => [name, text]));
  const { files, missing } = JSON.parse(members.get('keelson-diagnostics/MANIFEST.json') ?? '') as Manifest;
  t.match(JSON.parse(members.get('keelson-diagnostics/status.json') ?? ''), {
    status: { node: 'lb-a' },
    agentAnswers: false,
  });
  const what = (name: string) => files.find((one) => one.name === name)?.what;
  t.match(what('status.json'), /the agent does not answer; from the disk, 2 min ago/u);
  t.match(what('events.jsonl'), /the agent does not answer; from the disk/u);
  for (const name of ['resources.jsonl', 'plan.json'])
    t.match(missing.find((one) => one.name === name)?.why, /does not answer/u, name);
});

t.test('doctor names it as lacking, with the next step', async (t) => {
  const { root } = await hangingAgent(t);
  const person = fakeInvocation(root);
  t.equal(await soon(t, () => doctor(person, undefined, { output: 'table' })), 1);
  t.match(person.printed.join('\n'), /LACKING +agent .*does not answer.*\n +Next: .*start/u);
});

t.test('on a host of its own the step is of systemd', async (t) => {
  const root = t.testdir({ etc: {} });
  const invocation = fakeInvocation(root);
  const opened = await openRootFolder(root);
  await using _ = opened.fs;
  const folders = await agentFolders(invocation);
  const machine = {
    text: async () => null,
    isProgram: async () => false,
    output: async () => null,
    socketHolder: async () => null,
  };
  const ground = { invocation, machine, root: { ...opened, isWholeHost: true }, folders, settings: null, status: null };
  const silence = controlError('KSN-CTL-015', 'does not answer');
  const found = await agentRuns({ ...ground, path: (inRoot) => join(root, inRoot) }, silence);
  t.match(found, { is: 'lacking', next: /systemctl restart keelson.*journalctl -u keelson/u });
});

t.test('status, events and version say so', async (t) => {
  const { root } = await hangingAgent(t);
  const person = fakeInvocation(root);
  const asked = { output: 'table', all: false, watch: false, exitCode: true } as const;
  const code = await soon(t, () => status(person, asked));
  t.equal(code, 1);
  t.match(person.printed.join('\n'), /the agent does not answer; it wrote this 2 min ago/u);
  await soon(t, () => status(person, { ...asked, output: 'json' }));
  t.match(person.printed.at(-1), /"agentRunning": true,\s+"agentAnswers": false/u);
  await soon(t, () => events(person, { output: 'table', follow: false, limit: 5 }));
  t.match(person.warned.join('\n'), /the agent does not answer; this is its log on disk/u);
  await soon(t, () => version(person, { all: true, output: 'table' }));
  t.match(person.printed.join('\n'), /agent not reached \(KSN-CTL-015\)/u);
});

t.test('without a status on disk that is another failure than no agent', async (t) => {
  const { root } = await hangingAgent(t);
  rmSync(join(root, 'var/lib/keelson/status.json'));
  const asked = { output: 'table', all: false, watch: false, exitCode: false } as const;
  await soon(t, () =>
    t.rejects(status(fakeInvocation(root), asked), {
      code: 'KSN-CLI-010',
      message: /^the agent does not answer, and there is no status/u,
      remedy: /keelson doctor/u,
    }),
  );
  await t.rejects(statusOnDisk(fakeInvocation(root), false), { code: 'KSN-CLI-005', message: /is not running/u });
});

t.test('events that would follow fail soon, by code', async (t) => {
  const { root } = await hangingAgent(t);
  const following = { output: 'table', follow: true, limit: 5 } as const;
  await soon(t, () => t.rejects(events(fakeInvocation(root), following), { code: 'KSN-CTL-015' }));
});

t.test('a watch says it once, and asks again until the agent was started anew', async (t) => {
  const { root, taken, end } = await hangingAgent(t);
  const stop = new AbortController();
  const slept = { ...systemClock, sleep: async () => {} };
  const person = { ...fakeInvocation(root), clock: slept, signal: stop.signal };
  const watching = status(person, { output: 'table', all: false, watch: true, exitCode: false });
  const said = async (wanted: () => boolean) => {
    await soon(t, async () => {
      while (!wanted()) await new Promise((resolve) => setTimeout(resolve, 20));
    });
  };
  await said(() => taken.size >= 2);
  t.match(person.warned, [/does not answer.*KSN-CTL-015.*asked again/u]);
  t.equal(person.warned.length, 1, 'once');
  await end();
  await serveAgent(t, root, fakePort());
  await said(() => person.printed.length > 0);
  t.match(person.printed.join('\n'), /lb-a/u);
  stop.abort();
  t.equal(await watching, 0);
});

t.test('a plan may take long, also in a command that only reads', async (t) => {
  const { root } = await hangingAgent(t);
  const signal = AbortSignal.timeout(5_000);
  const person = { ...fakeInvocation(root), signal };
  const failures = [connectAgent, connectReading].map(async (connect) => (await connect(person)).plan());
  for (const failed of failures) await t.rejects(failed, { name: 'TimeoutError' }, 'only the signal ended it');
});
