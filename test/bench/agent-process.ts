/** A process with one agent in it, told over IPC what to do: see agent-handle.ts. */
import { keepCodeSmall } from '../../agent/host/small-code.ts';
import { openBenchAgent, type BenchAgent } from './bench-agent.ts';
import { profiled } from './profile.ts';

export type Order =
  | { readonly do: 'open'; readonly root: string; readonly settleMs: number }
  | { readonly do: 'bring-about'; readonly document: string }
  | { readonly do: 'look' }
  | { readonly do: 'end' };

export type Answer = { readonly result: unknown } | { readonly failed: string };

// As the daemon does.
await keepCodeSmall();
let agent: BenchAgent | null = null;

process.on('message', (order: Order) => {
  obey(order).then(
    (result) => answer({ result }),
    (error: unknown) => answer({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

async function obey(order: Order): Promise<unknown> {
  if (order.do === 'open') {
    agent = await openBenchAgent(order.root, order.settleMs);
    return null;
  }
  const running = agent;
  if (running === null) throw new Error('open comes first');
  if (order.do === 'bring-about') return profiled(order.do, () => running.bringAbout(order.document));
  if (order.do === 'look') return profiled(order.do, () => running.lookAtAll());
  await running[Symbol.asyncDispose]();
  process.disconnect?.();
  return null;
}

function answer(words: Answer): void {
  if (process.connected) process.send?.(words);
}
