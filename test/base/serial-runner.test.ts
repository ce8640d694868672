import t from 'tap';
import fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { RunnerClosedError, SerialRunner } from '../../agent/base/serial-runner.ts';

/** A task that ends when told. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { task: () => promise, open: resolve };
}

t.test('never overlaps, keeps the order within a lane, urgent first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ urgent: fc.boolean(), turns: fc.nat(3), fails: fc.boolean() })),
      async (tasks) => {
        const runner = new SerialRunner();
        let running = 0;
        const order: number[] = [];
        const outcomes = await Promise.allSettled(
          tasks.map((task, index) =>
            runner.run(
              async () => {
                running += 1;
                if (running !== 1) throw new Error('overlap');
                order.push(index);
                for (let i = 0; i < task.turns; i += 1) await turn();
                running -= 1;
                if (task.fails) throw new Error('planned');
                return index;
              },
              { urgent: task.urgent },
            ),
          ),
        );
        const indices = tasks.map((_, index) => index);
        const wanted = [
          ...indices.filter((i) => tasks[i]?.urgent),
          ...indices.filter((i) => tasks[i]?.urgent === false),
        ];
        if (String(order) !== String(wanted)) throw new Error(`${order.join()} for ${wanted.join()}`);
        outcomes.forEach((outcome, index) => {
          const right = tasks[index]?.fails
            ? outcome.status === 'rejected' && (outcome.reason as Error).message === 'planned'
            : outcome.status === 'fulfilled' && outcome.value === index;
          if (!right) throw new Error(`outcome of ${index}`);
        });
        if (!runner.idle) throw new Error('not idle');
      },
    ),
    { numRuns: 100 },
  );
});

t.test('a task does not start in the call that submits it', async (t) => {
  const runner = new SerialRunner();
  let started = false;
  const done = runner.run(async () => {
    started = true;
  });
  t.equal(started, false);
  t.equal(runner.idle, false);
  await done;
  t.equal(started, true);
});

t.test('aborted while waiting: never starts, rejects at once', async (t) => {
  const runner = new SerialRunner();
  const first = gate();
  const running = runner.run(first.task);
  const controller = new AbortController();
  let started = false;
  const waiting = runner.run(
    async () => {
      started = true;
    },
    { signal: controller.signal },
  );
  await turn();
  controller.abort(new Error('not needed'));
  await t.rejects(waiting, { message: 'not needed' });
  t.equal(runner.waiting, 0);
  first.open();
  await running;
  await runner.drained();
  t.equal(started, false);
});

t.test('aborted while running: told, and waited for', async (t) => {
  const runner = new SerialRunner();
  const controller = new AbortController();
  const log: string[] = [];
  const running = runner.run(
    async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      log.push('told');
      await turn();
      log.push('ended');
    },
    { signal: controller.signal },
  );
  const next = runner.run(async () => log.push('next'));
  await turn();
  controller.abort(new Error('stop'));
  await Promise.all([running, next]);
  t.strictSame(log, ['told', 'ended', 'next']);
});

t.test('abort drops what waits and tells what runs; the runner stays usable', async (t) => {
  const runner = new SerialRunner();
  const running = runner.run(async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    signal.throwIfAborted();
  });
  const waiting = runner.run(async () => t.fail('must not start'));
  await turn();
  runner.abort(new Error('quick'));
  await t.rejects(running, { message: 'quick' });
  await t.rejects(waiting, { message: 'quick' });
  t.equal(await runner.run(async () => 7), 7);
});

t.test('disposal drains and then accepts nothing', async (t) => {
  const runner = new SerialRunner();
  const done: number[] = [];
  for (const n of [1, 2, 3]) void runner.run(async () => (await turn(), done.push(n)));
  const disposed = runner[Symbol.asyncDispose]();
  await t.rejects(
    runner.run(async () => 1),
    RunnerClosedError,
  );
  await disposed;
  t.strictSame(done, [1, 2, 3]);
});

t.test('drained waits for tasks submitted by tasks', async (t) => {
  const runner = new SerialRunner();
  const done: string[] = [];
  void runner.run(async () => {
    void runner.run(async () => done.push('inner'));
    done.push('outer');
  });
  await runner.drained();
  t.strictSame(done, ['outer', 'inner']);
});

t.test('no listener stays on a long-lived signal', async (t) => {
  const runner = new SerialRunner();
  const { signal } = new AbortController();
  for (let i = 0; i < 100; i += 1) await runner.run(async () => i, { signal });
  t.equal(getEventListeners(signal, 'abort').length, 0);
});
