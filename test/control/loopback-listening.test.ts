import { createServer } from 'node:net';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { silentLog, type Log } from '../../agent/base/log.ts';
import { systemClock } from '../../agent/base/system-clock.ts';
import { LoopbackListening } from '../../agent/control/loopback-listening.ts';
import type { ListenAddress } from '../../agent/control/loopback-server.ts';
import { get } from '../debug/served.ts';

const free: ListenAddress = { host: '127.0.0.1', port: 0 };

function listening(t: Test) {
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (event, message) => void errors.push(`${event} ${message}`) };
  const endpoint = async (_: unknown, response: { end(text: string): void }): Promise<void> => response.end('here');
  const made = new LoopbackListening({ endpoint, clock: systemClock }, log);
  t.teardown(() => made[Symbol.asyncDispose]());
  return { made, errors };
}

const portOf = (url: string | null): number => Number(new URL(url ?? 'http://nowhere').port);

async function answers(url: string | null): Promise<string> {
  const { hostname, port } = new URL(url ?? 'http://nowhere:1');
  try {
    return (await get({ host: hostname.replace(/[[\]]/gu, ''), port: Number(port) }, '/')).body;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed';
  }
}

t.test('nowhere unless told; then there, elsewhere, and nowhere again', async (t) => {
  const { made, errors } = listening(t);
  await made.follow(null);
  t.equal(made.url, null);
  await made.follow(free);
  const first = made.url;
  t.match(first, /^http:\/\/127\.0\.0\.1:\d+\/$/u);
  t.equal(await answers(first), 'here');
  await made.follow(free);
  t.equal(made.url, first, 'a reload that changes nothing disturbs nobody');
  await made.follow({ host: '::1', port: 0 });
  t.match(made.url, /^http:\/\/\[::1\]:\d+\/$/u);
  t.equal(await answers(made.url), 'here');
  t.equal(await answers(first), 'ECONNREFUSED');
  const last = made.url;
  await made.follow(null);
  t.equal(made.url, null);
  t.equal(await answers(last), 'ECONNREFUSED');
  t.strictSame(errors, []);
});

t.test('a port that somebody else has is told, and what was stays', async (t) => {
  const { made, errors } = listening(t);
  await made.follow(free);
  const before = made.url;
  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  await once(other, 'listening');
  const { port } = other.address() as { readonly port: number };
  await made.follow({ host: '127.0.0.1', port });
  t.match(errors, [/^not-listening cannot listen on http:\/\/127\.0\.0\.1:\d+\/: .*EADDRINUSE/u]);
  t.equal(made.url, before);
  t.equal(await answers(before), 'here');
  other.close();
  await once(other, 'close');
  await made.follow({ host: '127.0.0.1', port });
  t.equal(portOf(made.url), port, 'at the next reload it is tried again');
});

t.test('two reloads at once end as the last one says', async (t) => {
  const { made, errors } = listening(t);
  await Promise.all([made.follow(free), made.follow({ host: '::1', port: 0 }), made.follow(null), made.follow(free)]);
  t.match(made.url, /127\.0\.0\.1/u);
  t.strictSame(errors, []);
});
