/** An agent in a process of its own, so that who measures does not slow down who is measured. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './agent-process.ts';
import type { Milestones } from './bench-agent.ts';
import { DAEMON_ENVIRONMENT, DAEMON_FLAGS } from '../../packaging/node-flags.ts';
import { writeTrust } from './document.ts';

const program = fileURLToPath(new URL('agent-process.ts', import.meta.url));

export class AgentHandle implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<{ readonly failed: string }>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'exit').then(([code]) => ({ failed: `the agent's process ended with ${code}` }));
  }

  static async open(root: string, settleMs: number): Promise<AgentHandle> {
    writeTrust(root);
    const child = fork(program, {
      execArgv: [...DAEMON_FLAGS],
      env: { ...process.env, ...DAEMON_ENVIRONMENT },
    });
    const handle = new AgentHandle(child);
    await handle.#order({ do: 'open', root, settleMs });
    return handle;
  }

  bringAbout(document: string): Promise<Milestones> {
    return this.#order({ do: 'bring-about', document }) as Promise<Milestones>;
  }

  lookAtAll(): Promise<number> {
    return this.#order({ do: 'look' }) as Promise<number>;
  }

  async #order(order: Order): Promise<unknown> {
    this.#child.send(order);
    const answered = once(this.#child, 'message').then(([message]) => message as Answer);
    const answer = await Promise.race([answered, this.#ended]);
    if ('failed' in answer) throw new Error(answer.failed);
    return answer.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.send({ do: 'end' } satisfies Order);
    await this.#ended;
  }
}
