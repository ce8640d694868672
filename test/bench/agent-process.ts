/** A process with one agent in it, told over IPC what to do: see agent-handle.ts. */
import { openBenchAgent, type BenchAgent } from './bench-agent.ts';

export type Order =
  | { readonly do: 'open'; readonly root: string; readonly settleMs: number }
  | { readonly do: 'bring-about'; readonly document: string }
  | { readonly do: 'look' }
  | { readonly do: 'end' };

export type Answer = { readonly result: unknown } | { readonly failed: string };

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
  if (agent === null) throw new Error('open comes first');
  if (order.do === 'bring-about') return agent.bringAbout(order.document);
  if (order.do === 'look') return agent.lookAtAll();
  await agent[Symbol.asyncDispose]();
  process.disconnect?.();
  return null;
}

function answer(words: Answer): void {
  if (process.connected) process.send?.(words);
}
