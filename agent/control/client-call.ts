/** One call over a unix socket, and what its failures mean. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { KeelsonError, type Explanation, type Reason } from '../base/errors.ts';
import { controlError } from './errors.ts';
import type { FailureAnswer } from './protocol.ts';
import { SocketFolder } from './socket-folder.ts';

/** `folder` as this process names it; `socket` is a name in it, `path` one of HTTP. */
export interface Call {
  readonly folder: string;
  readonly socket: string;
  readonly path: string;
  /** Present: POST. */
  readonly body: object | undefined;
  readonly signal: AbortSignal;
  /** What to do where no agent answers, if that is another than the code says. */
  readonly absent?: string | undefined;
  /** How long the answer may take to begin; undefined: as long as all of it. */
  readonly patienceMs?: number | undefined;
}

/** The agent answers at once or not at all; a plan of thousands of resources takes a few seconds. */
const answerMs = 60_000;

/** The agent refused: its reason as it gave it, and all findings where a document was at fault. */
export class RemoteError extends KeelsonError {
  readonly findings: readonly Reason[];
  constructor(failure: FailureAnswer) {
    const { code, message, fault, ...details } = failure.error;
    super(code, explanationOf(fault, details.remedy), message, details);
    this.findings = failure.findings ?? [];
  }
}

/**
 * One answer, read to its end. @throws the agent's own error where it refuses, KSN-CTL-001 where none answers,
 * KSN-CTL-015 where the patience ended first, and others of KSN-CTL where the exchange breaks or lasts too long.
 */
export async function callJson<T>(call: Call): Promise<T> {
  const response = await open(call, AbortSignal.timeout(answerMs));
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    throw broken(call, error);
  }
  return parse(call, Buffer.concat(chunks).toString('utf8')) as T;
}

/** One value a line until the other end closes or the signal aborts; both end the loop quietly. */
export async function* callLines<T>(call: Call): AsyncGenerator<T> {
  let response: IncomingMessage;
  try {
    response = await open(call);
  } catch (error) {
    if (call.signal.aborted) return;
    throw error;
  }
  try {
    for await (const line of createInterface({ input: response })) yield parse(call, line) as T;
    if (!response.complete) throw broken(call);
  } catch (error) {
    if (call.signal.aborted) return;
    throw error instanceof KeelsonError ? error : broken(call, error);
  } finally {
    response.destroy();
  }
}

/** The response to a call that succeeded; its failure thrown as the agent gave it. */
async function open(call: Call, deadline?: AbortSignal): Promise<IncomingMessage> {
  const response = await send(call, deadline);
  if (response.statusCode === 200) return response;
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const failure = parse(call, Buffer.concat(chunks).toString('utf8')) as Partial<FailureAnswer>;
  if (typeof failure.error?.code !== 'string') throw notOurs(call);
  throw new RemoteError(failure as FailureAnswer);
}

function send(call: Call, deadline: AbortSignal | undefined): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  let folder: SocketFolder;
  try {
    folder = new SocketFolder(call.folder);
  } catch (error) {
    return Promise.reject(unreachable(call, error));
  }
  const text = call.body === undefined ? undefined : JSON.stringify(call.body);
  const request = httpRequest({
    socketPath: folder.address(call.socket),
    path: call.path,
    method: text === undefined ? 'GET' : 'POST',
    agent: false,
    signal: deadline === undefined ? call.signal : AbortSignal.any([call.signal, deadline]),
    ...(text !== undefined && {
      headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) },
    }),
  });
  const { patienceMs } = call;
  const silence =
    patienceMs === undefined ? undefined : setTimeout(() => request.destroy(silent(call, patienceMs)), patienceMs);
  request.once('response', (response) => {
    clearTimeout(silence);
    resolve(response);
  });
  request.once('error', (error) => reject(call.signal.aborted ? call.signal.reason : unreachable(call, error)));
  request.once('close', () => {
    clearTimeout(silence);
    folder[Symbol.dispose]();
  });
  request.end(text);
  return promise;
}

function unreachable(call: Call, error: unknown): KeelsonError {
  if (error instanceof KeelsonError) return error;
  const path = join(call.folder, call.socket);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') {
    const remedy = call.absent === undefined ? {} : { remedy: call.absent };
    return controlError('KSN-CTL-001', `no agent answers on ${path}`, { cause: error, ...remedy });
  }
  if (code === 'EACCES' || code === 'EPERM')
    return controlError('KSN-CTL-002', `${path} may not be opened by this user`, { cause: error });
  return broken(call, error);
}

function silent(call: Call, patienceMs: number): KeelsonError {
  const path = join(call.folder, call.socket);
  return controlError(
    'KSN-CTL-015',
    `the agent on ${path} does not answer: nothing came within ${patienceMs / 1000} s`,
  );
}

function broken(call: Call, cause?: unknown): KeelsonError {
  return controlError('KSN-CTL-006', `the agent on ${join(call.folder, call.socket)} did not finish its answer`, {
    cause,
  });
}

function notOurs(call: Call): KeelsonError {
  return controlError('KSN-CTL-007', `what answers on ${join(call.folder, call.socket)} is no agent of this version`);
}

function parse(call: Call, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notOurs(call);
  }
}

/** The agent's catalogue explained it there; here only what travelled is known. */
function explanationOf(fault: Reason['fault'], remedy: string | undefined): Explanation {
  return { fault, meaning: '', evidence: '', next: remedy ?? '' };
}
