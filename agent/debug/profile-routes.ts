/**
 * `/debug/heap` and `/debug/cpu`: what the process is busy with, where the configuration lets it be asked. Both name
 * functions and sizes alone. A snapshot of the heap is not to be had here: it holds every secret that the process does.
 */
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { Clock } from '../base/clock.ts';
import { controlError } from '../control/errors.ts';
import type { Asked, DeclaredRoute } from './declared-route.ts';
import { debugError } from './errors.ts';
import type { DebugPort } from './port.ts';
import { Profiler } from './profiler.ts';

const MOST_SECONDS = 30;

export function profileRoutes(port: DebugPort, clock: Clock): readonly DeclaredRoute[] {
  const profiler = new Profiler(clock);
  const seconds = {
    type: 'object',
    properties: { seconds: { type: 'integer', minimum: 1, maximum: MOST_SECONDS, description: 'How long.' } },
  };
  return [
    {
      url: '/debug/heap',
      schema: {
        summary: 'Sizes of the heap; with `seconds`, what was allocated meanwhile and is still there',
        description:
          'With `seconds` a sampling heap profile for the developer tools of browsers. Off unless configured.',
        querystring: seconds,
        response: { 200: { type: 'object' } },
      },
      async answer(asked) {
        refuseUnlessOn(port);
        if (asked.query.has('seconds')) return profiler.heap(secondsOf(asked, 1), whileRead(asked));
        return { heap: getHeapStatistics(), spaces: getHeapSpaceStatistics(), memory: process.memoryUsage() };
      },
    },
    {
      url: '/debug/cpu',
      schema: {
        summary: 'What the processor was busy with for so many seconds',
        description: 'A CPU profile (.cpuprofile) for the developer tools of browsers. Off unless configured.',
        querystring: seconds,
        response: { 200: { type: 'object' } },
      },
      async answer(asked) {
        refuseUnlessOn(port);
        return profiler.cpu(secondsOf(asked, 5), whileRead(asked));
      },
    },
  ];
}

function refuseUnlessOn(port: DebugPort): void {
  if (!port.profiling()) throw debugError('KSN-DEBUG-005', 'profiling is off');
}

/** A reader that goes and one that only says no more look alike until the next write, which is long in coming: both end it. */
function whileRead({ request, asker }: Asked): AbortSignal {
  const gone = new AbortController();
  const { socket } = request.raw;
  if (socket.readableEnded) gone.abort();
  else socket.once('end', () => gone.abort());
  return AbortSignal.any([asker.signal, gone.signal]);
}

function secondsOf({ query }: Asked, otherwise: number): number {
  const given = query.get('seconds') ?? String(otherwise);
  const value = Number(given);
  if (/^\d{1,3}$/u.test(given) && value >= 1 && value <= MOST_SECONDS) return value;
  throw controlError('KSN-CTL-003', `'seconds' must be a whole number from 1 to ${MOST_SECONDS}`, {
    element: 'seconds',
  });
}
