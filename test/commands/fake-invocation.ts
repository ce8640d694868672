/** A command's surroundings: what it prints is kept, what it asks is answered from a list. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { systemClock } from '../../agent/base/system-clock.ts';
import type { Invocation } from '../../agent/commands/invocation.ts';
import { readEnvironment } from '../../agent/config/environment.ts';
import { plain } from '../../agent/commands/text/palette.ts';
import { controlRoutes } from '../../agent/control/control-routes.ts';
import { LocalServer } from '../../agent/control/local-server.ts';
import { CONTROL_SOCKET, READ_SOCKET } from '../../agent/control/protocol.ts';
import { readRoutes } from '../../agent/control/read-routes.ts';
import { SocketFolder } from '../../agent/control/socket-folder.ts';
import type { FakePort } from '../control/fake-port.ts';

export interface FakeInvocation extends Invocation {
  readonly printed: string[];
  readonly warned: string[];
}

export interface FakeOptions {
  /** Present: somebody sits there, and answers so. */
  readonly answers?: readonly string[];
  readonly input?: string;
  readonly person?: string;
}

export function fakeInvocation(root: string, options: FakeOptions = {}): FakeInvocation {
  const printed: string[] = [];
  const warned: string[] = [];
  const answers = [...(options.answers ?? [])];
  return {
    printed,
    warned,
    terminal: {
      interactive: options.answers !== undefined,
      palette: plain,
      width: undefined,
      print: (lines) => void printed.push(...[lines].flat()),
      warn: (lines) => void warned.push(...[lines].flat()),
      ask: async (question) => {
        printed.push(question);
        return answers.shift() ?? '';
      },
      readInput: async () => Buffer.from(options.input ?? ''),
    },
    clock: systemClock,
    signal: new AbortController().signal,
    onReload: () => ({ [Symbol.dispose]: () => {} }),
    global: { root },
    environment: readEnvironment({ USER: options.person ?? 'ana' }),
  };
}

/** An agent with a fake engine on the sockets of `root`. */
export async function serveAgent(t: Test, root: string, port: FakePort): Promise<void> {
  const at = join(root, 'run/keelson');
  mkdirSync(at, { recursive: true });
  const folder = new SocketFolder(at);
  const common = { folder, gid: null, mode: 0o600, peerOf: () => null, clock: systemClock };
  const servers = await Promise.all([
    LocalServer.listen({ ...common, name: READ_SOCKET, routes: readRoutes(port) }),
    LocalServer.listen({ ...common, name: CONTROL_SOCKET, routes: controlRoutes(port) }),
  ]);
  t.teardown(async () => {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    folder[Symbol.dispose]();
  });
}
