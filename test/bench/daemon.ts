/** The daemon as the unit file runs it: the bundle, on a folder as its root, with the example's node in it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { NodeStatus } from '../../agent/report/status.ts';
import { DAEMON_ENVIRONMENT, DAEMON_FLAGS } from '../../packaging/node-flags.ts';
import { envelopeOf, writeTrust } from './document.ts';
import type { Ground } from './ground.ts';
import { Ready, type Command } from './launched.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const SOCKET = '/run/keelson/agent.sock';
const SETTLED_WITHIN_MS = 60_000;

/** Bare Node with this argument: what everything here is measured by. */
export function bareNode(script: string): Command {
  return { argv: [process.execPath, '-e', script] };
}

export class DaemonRoot {
  readonly #ground: Ground;
  readonly #root: string;

  /** Makes the bundle, and a root whose specs.d holds the example, or another envelope. */
  constructor(ground: Ground, envelope: string = exampleEnvelope()) {
    execFileSync(process.execPath, [...process.execArgv, `${checkout}packaging/bundle.ts`], { stdio: 'ignore' });
    this.#ground = ground;
    this.#root = ground.fresh('daemon');
    writeTrust(this.#root);
    mkdirSync(join(this.#root, '/etc/keelson/specs.d'));
    writeFileSync(join(this.#root, '/etc/keelson/specs.d/edge.dsse.json'), envelope);
  }

  start(): Promise<Ready> {
    return Ready.start(this.#ground, {
      argv: [process.execPath, ...DAEMON_FLAGS, `${checkout}dist/keelson.cjs`, '--root', this.#root, 'agent'],
      environment: { ...DAEMON_ENVIRONMENT, NODE_COMPILE_CACHE: join(this.#ground.path, 'compile-cache') },
    });
  }

  /** Asks over the socket until the spec is accepted and brought about. */
  async settled(): Promise<void> {
    const until = performance.now() + SETTLED_WITHIN_MS;
    for (;;) {
      const { verdict, reason, wanted } = JSON.parse(await this.ask('/v1/status')) as NodeStatus;
      if (verdict === 'OK' && wanted !== undefined) return;
      if (performance.now() > until) throw new Error(`the daemon is ${verdict}: ${reason?.message ?? ''}`);
      await sleep(100);
    }
  }

  /** What is answered on the socket, whole. */
  ask(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      request({ socketPath: join(this.#root, SOCKET), path }, (response) => {
        let text = '';
        response.on('data', (part) => (text += String(part)));
        response.on('end', () =>
          response.statusCode === 200 ? resolve(text) : reject(new Error(`${path}: ${response.statusCode} ${text}`)),
        );
      })
        .on('error', reject)
        .end();
    });
  }
}

function exampleEnvelope(): string {
  return envelopeOf(parse(readFileSync(`${checkout}examples/edge-node.yaml`, 'utf8')));
}
