/** `agent.sock`: what anybody who may open it can ask. Nothing here changes anything. */
import type { ControlPort } from './port.ts';
import type { DiffAnswer } from './protocol.ts';
import { bytes, optionalText } from './read-fields.ts';
import type { NodeStatus } from '../report/status.ts';
import type { Address } from '../resources/kind.ts';
import { diffText } from './file-texts.ts';
import { controlError } from './errors.ts';
import type { Answer, Route, RouteRequest, Routes } from './route.ts';

const defaultEvents = 100;
const mostEvents = 10_000;

/** What `keelson` asks, and the endpoint for everybody else. */
export function readRoutes(port: ControlPort): Routes {
  return new Map<string, Route>([
    ['GET /v1/status', async (request) => statusOf(port, request)],
    ['GET /v1/resources', async () => ({ json: port.engine.resources() })],
    ['GET /v1/plan', async () => ({ json: await port.texts.count(await port.engine.preview()) })],
    [
      'POST /v1/plan',
      async (request) => ({ json: await port.texts.count(await port.engine.preview(await specOf(port, request))) }),
    ],
    ['GET /v1/diff', async () => ({ json: await diff(port) })],
    ['POST /v1/diff', async (request) => ({ json: await diff(port, await specOf(port, request)) })],
    ['GET /v1/events', async (request) => events(port, request)],
  ]);
}

function statusOf(port: ControlPort, { query, signal }: RouteRequest): Answer {
  if (!query.has('follow')) return { json: port.engine.status() };
  return { lines: statuses(port, signal) };
}

/** The status now, then every newer one: nothing that was published in between is missed. */
export async function* statuses(
  port: Pick<ControlPort, 'engine'>,
  signal: AbortSignal,
): AsyncGenerator<NodeStatus, void, undefined> {
  const watching = port.engine.watchStatus(signal)[Symbol.asyncIterator]();
  let next = watching.next();
  // The failure is seen below, or never when the reader goes first.
  next.catch(() => {});
  const first = port.engine.status();
  yield first;
  try {
    for (let step = await next; step.done !== true; step = await next) {
      next = watching.next();
      next.catch(() => {});
      if (step.value.seq > first.seq) yield step.value;
    }
  } finally {
    await watching.return?.();
  }
}

/**
 * Root may see the plan of a document that nobody signed yet. Others may not: a spec that they write themselves would
 * tell them whether a file that they cannot read has the content that they guess.
 */
async function specOf(port: ControlPort, { body, peer }: RouteRequest) {
  const document = bytes(body, 'document');
  if (document === undefined) throw controlError('KSN-CTL-003', "'document' is missing", { element: 'document' });
  const source = `preview:${optionalText(body, 'name') ?? 'stdin'}`;
  return port.verify(document, source, peer?.uid === 0 && body['signed'] !== true ? 'left out' : 'needed');
}

async function diff(port: ControlPort, spec?: Awaited<ReturnType<typeof specOf>>): Promise<DiffAnswer> {
  const preview = await port.engine.preview(spec);
  const texts: [Address, string][] = [];
  for (const draft of preview.waves.flat()) {
    const lines = await port.texts.diff(draft, preview);
    const described = [port.describe(draft), lines === null ? null : diffText(lines)].filter((text) => text !== null);
    if (described.length > 0) texts.push([draft.address, described.join('\n')]);
  }
  return { preview: await port.texts.count(preview), texts: Object.fromEntries(texts) };
}

async function events(port: ControlPort, { query, signal }: RouteRequest): Promise<Answer> {
  const limit = limitOf(query);
  const after = number(query, 'after') ?? Math.max(0, port.events.lastSeq - limit);
  if (query.has('follow')) return { lines: port.events.follow(after, signal) };
  return { json: await port.events.read(after, limit) };
}

/** How many events are asked for. @throws KSN-CTL-003 */
export function limitOf(query: URLSearchParams): number {
  return Math.min(number(query, 'limit') ?? defaultEvents, mostEvents);
}

function number(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name);
  if (given === null) return undefined;
  const value = Number(given);
  if (given !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw controlError('KSN-CTL-003', `'${name}' must be a whole number`, { element: name });
}
