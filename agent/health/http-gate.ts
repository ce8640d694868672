import type { IncomingMessage } from 'node:http';
import type { GateSpec } from '../desired/shared-fields.ts';
import type { Health } from '../resources/kind.ts';
import { connectionFailed, HEALTHY, unhealthy } from './answers.ts';

export type HttpGate = Extract<GateSpec, { type: 'http' }>;

/** `contains` looks no further; a body without end is cut here. */
const LOOKED_AT_BYTES = 1024 * 1024;

/**
 * One GET on a connection of its own: status 200–299 (or one of `status`), and `contains` in the body where asked for.
 * Redirects are answers like others and not followed: what is behind them is not what the gate names.
 */
export async function checkHttpGate(gate: HttpGate, subject: string, signal: AbortSignal): Promise<Health> {
  const url = URL.parse(gate.url);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    return unhealthy('KSN-GATE-004', subject, 'is no http or https URL');
  try {
    const answer = await get(url, gate.insecure === true, signal);
    try {
      return await judge(gate, subject, answer);
    } finally {
      answer.destroy();
    }
  } catch (error) {
    signal.throwIfAborted();
    return connectionFailed('KSN-GATE-004', subject, error);
  }
}

async function judge(gate: HttpGate, subject: string, answer: IncomingMessage): Promise<Health> {
  const status = answer.statusCode ?? 0;
  const wanted = gate.status === undefined ? status >= 200 && status <= 299 : gate.status.includes(status);
  if (!wanted) {
    const redirect =
      status >= 300 && status <= 399 && answer.headers.location !== undefined
        ? ', a redirect, which gates do not follow'
        : '';
    return unhealthy('KSN-GATE-004', subject, `answered ${status}${redirect}`);
  }
  if (gate.contains === undefined) return HEALTHY;
  const body = await bodyOf(answer);
  return body.includes(gate.contains)
    ? HEALTHY
    : unhealthy('KSN-GATE-004', subject, `answered ${status} without the text asked for`);
}

async function get(url: URL, insecure: boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const options = {
    agent: false,
    signal,
    headers: { accept: '*/*', connection: 'close', 'user-agent': 'keelson-gate' },
  } as const;
  // Loaded by the first gate that needs them: an idle agent does without.
  const request =
    url.protocol === 'https:'
      ? (await import('node:https')).get(url, { ...options, rejectUnauthorized: !insecure })
      : (await import('node:http')).get(url, options);
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Not once: a connection may fail again after it was given up.
    request.on('error', reject);
  });
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= LOOKED_AT_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, LOOKED_AT_BYTES).toString('utf8');
}
