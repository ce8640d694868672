/** `/v1/…`: the answers that the sockets' own protocol gives, and events as a stream for browsers. */
import type { Clock } from '../base/clock.ts';
import { bug } from '../base/errors.ts';
import { limitOf, readRoutes } from '../control/read-routes.ts';
import type { Asked, DeclaredRoute } from './declared-route.ts';
import { parseCursor, type EventCursor } from './event-cursor.ts';
import { streamEvents } from './event-stream.ts';
import type { DebugPort } from './port.ts';
import type { SharedPlan } from './shared-plan.ts';
import { EVENTS, PREVIEW, RESOURCES, STATUS } from './schemas.ts';

const ANSWERED_BY_SOCKET = 'As `keelson` gets it from the socket.';

export function v1Routes(port: DebugPort, clock: Clock, plan: SharedPlan): readonly DeclaredRoute[] {
  const routes = readRoutes(port);
  /** Without `follow`: lines without an end are for the commands of `keelson`. */
  const once = async (path: string, { query, asker }: Asked, ...names: readonly string[]): Promise<unknown> => {
    const route = routes.get(`GET ${path}`);
    const given = names.flatMap((name): [string, string][] => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    });
    const body = {};
    const answer = await route?.({ query: new URLSearchParams(given), body, peer: asker.peer, signal: asker.signal });
    if (answer === undefined || !('json' in answer)) throw bug(`GET ${path} has no answer of its own`);
    return answer.json;
  };
  return [
    {
      url: '/v1/status',
      schema: { summary: 'What the node says of itself', description: ANSWERED_BY_SOCKET, response: { 200: STATUS } },
      answer: (asked) => once('/v1/status', asked),
    },
    {
      url: '/v1/resources',
      schema: { summary: 'Every resource with its condition, by address', response: { 200: RESOURCES } },
      answer: (asked) => once('/v1/resources', asked),
    },
    {
      url: '/v1/plan',
      schema: {
        summary: 'What the next reconcile would do',
        description: 'Looks at the host, so it takes as long as that.',
        response: { 200: PREVIEW },
      },
      answer: () => plan(),
    },
    {
      url: '/v1/events',
      schema: EVENTS_SCHEMA,
      async answer(asked) {
        const { request, reply, query, asker } = asked;
        if (request.method !== 'GET' || request.headers.accept?.includes('text/event-stream') !== true)
          return once('/v1/events', asked, 'after', 'limit');
        const from = cursorOf(asked, Math.max(0, port.events.lastSeq - limitOf(query)));
        const stream = asker.follow('text/event-stream; charset=utf-8');
        reply.hijack();
        try {
          await streamEvents(port, from, stream, clock);
        } catch {
          // fastify asks nobody about an answer that it has given away: the reader sees it cut, and comes back.
          reply.raw.destroy();
        }
        return undefined;
      },
    },
  ];
}

/** Where a browser was cut off it says so; its URL is still the one that it began with. */
function cursorOf({ request, query }: Asked, otherwise: number): EventCursor {
  const last = request.headers['last-event-id'];
  if (typeof last === 'string' && last !== '') return parseCursor(last, 'Last-Event-ID');
  const after = query.get('after');
  return after === null ? { seq: otherwise, logId: null } : parseCursor(after, 'after');
}

const EVENTS_SCHEMA = {
  summary: 'What happened, oldest first',
  description:
    'With `Accept: text/event-stream` a stream (Server-Sent Events) that goes on: a message with `id` for each event, ' +
    '`event: status` for each status as it is published, `event: reset` where the log that was followed is no more and ' +
    'another one is sent from its beginning. `Last-Event-ID` (or `after`) with the last `id` loses and repeats nothing.',
  querystring: {
    type: 'object',
    properties: {
      after: { type: 'string', description: 'Only events with a higher number; a stream takes an `id` as well.' },
      limit: { type: 'integer', minimum: 0, maximum: 10_000, default: 100, description: 'At most so many.' },
    },
  },
  headers: {
    type: 'object',
    properties: { 'Last-Event-ID': { type: 'string', description: 'The last `id` of a stream.' } },
  },
  response: {
    200: {
      description: 'Events',
      content: { 'application/json': { schema: EVENTS }, 'text/event-stream': { schema: { type: 'string' } } },
    },
  },
} as const;
