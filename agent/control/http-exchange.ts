/** One HTTP exchange: the request read within its limits, the answer or the failure written. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asKeelsonError, type Fault, type KeelsonError } from '../base/errors.ts';
import { controlError } from './errors.ts';
import { MAX_REQUEST_BYTES, type FailureAnswer } from './protocol.ts';
import { asBody, type Body } from './read-fields.ts';
import type { Answer, Peer, Routes } from './route.ts';

const statusOfFault: Readonly<Record<Fault, number>> = { caller: 400, environment: 503, bug: 500 };

export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Routes,
  peer: Peer | null,
  stopping: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, stopping]);
  response.setHeader('Connection', 'close');
  try {
    if (stopping.aborted) throw controlError('KSN-CTL-009', 'the agent is stopping');
    const { route, query } = find(request, routes);
    const body = request.method === 'POST' ? await readBody(request) : {};
    await write(response, await route({ query, body, peer, signal }), signal);
  } catch (error) {
    if (gone.signal.aborted) return;
    fail(response, error);
  }
}

function find(request: IncomingMessage, routes: Routes) {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://keelson');
  const route = routes.get(`${request.method} ${pathname}`);
  if (route === undefined) throw controlError('KSN-CTL-005', `no ${request.method} ${pathname} here`);
  return { route, query: searchParams };
}

const tooLarge = () => controlError('KSN-CTL-004', `more than ${MAX_REQUEST_BYTES} bytes`);

async function readBody(request: IncomingMessage): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_REQUEST_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    return asBody(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) throw controlError('KSN-CTL-003', 'the body is not JSON');
    throw error;
  }
}

async function write(response: ServerResponse, given: Answer, signal: AbortSignal): Promise<void> {
  if ('json' in given) {
    const text = JSON.stringify(given.json);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(`${text}\n`);
    return;
  }
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  response.flushHeaders();
  try {
    for await (const line of given.lines) {
      if (!response.write(`${JSON.stringify(line)}\n`)) await once(response, 'drain', { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  response.end();
}

function fail(response: ServerResponse, thrown: unknown): void {
  const error = asKeelsonError(thrown);
  if (response.headersSent) {
    // In the middle of a stream: the reader sees it cut, never a short answer that looks whole.
    response.destroy();
    return;
  }
  const failure: FailureAnswer = { error: error.toReason(), ...findingsOf(error) };
  response
    .writeHead(statusOfFault[error.fault], { 'Content-Type': 'application/json' })
    .end(`${JSON.stringify(failure)}\n`);
}

/** A rejected document carries all its findings. */
function findingsOf(error: KeelsonError): Pick<FailureAnswer, 'findings'> {
  return 'findings' in error && Array.isArray(error.findings) ? { findings: error.findings } : {};
}
