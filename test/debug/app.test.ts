import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import type { Reason } from '../../agent/base/errors.ts';
import { Pulse } from '../../agent/base/pulse.ts';
import { SerialRunner } from '../../agent/base/serial-runner.ts';
import type { EventRecord } from '../../agent/report/events.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { somePreview } from '../control/fake-port.ts';
import { fakeDebugPort, get, open, serve } from './served.ts';

const event = (seq: number): EventRecord => ({
  logId: 'log',
  seq,
  at: 0,
  bootId: 'boot',
  type: 'DriftRepaired',
  message: `event ${seq}`,
});

const reads = ['/v1/status', '/v1/resources', '/v1/plan', '/v1/events', '/v1/events?after=1&limit=1'];

t.test('port and socket, route and CLI: one answer', async (t) => {
  const { socket, loopback } = await serve(t, fakeDebugPort({ events: [event(1), event(2), event(3)] }));
  for (const path of reads) {
    const here = await get(socket, path);
    const there = await get(loopback, path);
    t.equal(there.status, 200, path);
    t.equal(there.body, here.body, path);
    t.match(there.headers['content-type'], /^application\/json/u);
  }
  t.match(JSON.parse((await get(loopback, reads[4] ?? '')).body), [{ seq: 2 }]);
  const head = await get(loopback, '/v1/status', {}, 'HEAD');
  t.match(head, { status: 200, body: '' });
});

t.test('every answer keeps browsers from doing more with it, failures too', async (t) => {
  const { socket, loopback } = await serve(t, fakeDebugPort());
  for (const place of [socket, loopback])
    for (const path of ['/', '/healthz', '/v1/status', '/v1/events?limit=x', '/nothing'])
      t.match((await get(place, path)).headers, {
        'cache-control': 'no-store',
        'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/u,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'access-control-allow-origin': undefined,
        connection: 'close',
      });
});

t.test('a port answers to its own names and number alone', async (t) => {
  const { socket, loopback } = await serve(t, fakeDebugPort());
  const { port } = loopback;
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
    t.equal((await get(loopback, '/v1/status', { host })).status, 200, host);
  const foreign = ['evil.example', `evil.example:${port}`, 'localhost', `127.0.0.1:${port + 1}`, `127.0.0.2:${port}`];
  for (const host of [...foreign, `localhost.:${port}`, `localhost:${port}.evil.example`, `127.0.0.1:${port}:1`]) {
    const refused = await get(loopback, '/v1/status', { host });
    t.match(refused, { status: 421, body: /KSN-CTL-012/u }, host);
    t.notMatch(refused.body, /lb-a/u);
  }
  const nameless = connect(loopback);
  nameless.end('GET /v1/status HTTP/1.0\r\n\r\n');
  t.match(await text(nameless), /^HTTP\/1.1 421 /u);
  for (const host of ['localhost', 'keelson', 'x', 'localhost:8080', '127.0.0.1:9', '[::1]:9'])
    t.equal((await get(socket, '/v1/status', { host })).status, 200, `socket as ${host}`);
  for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.'])
    t.equal((await get(socket, '/v1/status', { host })).status, 421, `socket as ${host}`);
});

t.test('what another page has a browser fetch is refused; a link leads here', async (t) => {
  const { socket, loopback } = await serve(t, fakeDebugPort());
  for (const place of [socket, loopback]) {
    for (const site of ['cross-site', 'same-site'])
      t.equal((await get(place, '/v1/status', { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' })).status, 421);
    t.equal((await get(place, '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status, 200);
    t.equal((await get(place, '/v1/status', { 'sec-fetch-site': 'same-origin' })).status, 200);
  }
});

t.test('a port reads alone', async (t) => {
  const port = fakeDebugPort();
  const { socket, loopback } = await serve(t, port);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'QUERY'])
    for (const path of ['/', '/v1/status', '/v1/plan', '/v1/retry']) {
      const refused = await get(loopback, path, {}, method);
      t.match(refused, { status: 405, headers: { allow: 'GET, HEAD' }, body: /KSN-CTL-013/u }, `${method} ${path}`);
    }
  t.match(await get(socket, '/v1/retry', {}, 'POST'), { status: 405 });
  t.strictSame([port.calls, port.verified, port.emitted], [[], [], []]);
});

t.test('what nobody knows is said to be unknown, however it is written', async (t) => {
  const { socket, loopback } = await serve(t, fakeDebugPort());
  for (const place of [socket, loopback])
    for (const path of [
      '//',
      '//v1/status',
      '/%zz',
      '/v1/status/',
      '/v1/statu',
      '/../etc/passwd',
      `/${'x'.repeat(5_000)}`,
    ]) {
      const { status, body } = await get(place, path);
      t.equal(status, 404, path.slice(0, 40));
      const { error } = JSON.parse(body) as { readonly error: Reason };
      t.match(error, { code: 'KSN-CTL-005', remedy: 'GET /openapi.json lists what can be read here.' });
    }
});

t.test('limit and after are judged, with the code of the sockets', async (t) => {
  const { socket, loopback } = await serve(t, fakeDebugPort({ events: [event(1), event(2)] }));
  for (const place of [socket, loopback])
    for (const query of ['limit=x', 'limit=-1', 'limit=1.5', 'after=', 'after=1e99', 'after=%00'])
      for (const accept of ['application/json', 'text/event-stream'])
        t.match(
          await get(place, `/v1/events?${query}`, { accept }),
          { status: 400, body: /KSN-CTL-003.*"element":"(?:limit|after)"/u },
          `${query} ${accept}`,
        );
  t.match(await get(loopback, '/v1/events', { accept: 'text/event-stream', 'last-event-id': 'x y' }), {
    status: 400,
    body: /KSN-CTL-003.*"element":"Last-Event-ID"/u,
  });
});

t.test('alive unless the writer hangs in a turn, also for the first who asks', async (t) => {
  const clock = new VirtualClock();
  const pulse = new Pulse(clock);
  const turn = Promise.withResolvers<void>();
  const writer = new SerialRunner(pulse);
  const { loopback } = await serve(t, fakeDebugPort({}, { beats: () => pulse.beats() }), clock);
  void writer.run(() => turn.promise);
  await clock.advance(61_000);
  t.match(await get(loopback, '/healthz'), { status: 503, body: /KSN-DEBUG-001/u });
  turn.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  t.match(await get(loopback, '/healthz'), { status: 200, body: '{"alive":true}\n' });
});

t.test('what fails is told as a failure, and what is unexpected as a bug of ours', async (t) => {
  const port = fakeDebugPort();
  const engine = {
    ...port.engine,
    preview: async () => {
      throw new TypeError('x is not a function');
    },
  };
  const { loopback } = await serve(t, { ...port, engine });
  t.match(await get(loopback, '/v1/plan'), { status: 500, body: /KSN-BASE-001/u });
});

t.test('for a plan the host is looked at once, however many ask meanwhile', async (t) => {
  const port = fakeDebugPort();
  const looked = Promise.withResolvers<typeof somePreview>();
  let looks = 0;
  const engine = {
    ...port.engine,
    preview: async () => {
      looks += 1;
      return looks === 1 ? looked.promise : somePreview;
    },
  };
  const { socket, loopback } = await serve(t, { ...port, engine });
  const asked = [1, 2, 3].flatMap(() => [get(loopback, '/v1/plan'), get(loopback, '/?plan=now')]);
  // Whoever connects later is answered later.
  for (let turn = 0; turn < 3; turn += 1) await get(loopback, '/healthz');
  looked.resolve(somePreview);
  for (const { status } of await Promise.all(asked)) t.equal(status, 200);
  t.equal(looks, 1);
  await get(loopback, '/v1/plan');
  t.equal(looks, 2, 'who asks later has a new one');
  await get(socket, '/v1/plan');
  t.equal(looks, 3);
});

t.test('so many followers, and no more', async (t) => {
  const { loopback } = await serve(t, fakeDebugPort());
  const accept = 'text/event-stream';
  const streams = [];
  for (let n = 0; n < 8; n += 1) streams.push(await open(loopback, '/v1/events', { accept }));
  t.match(await get(loopback, '/v1/events', { accept }), { status: 503, body: /KSN-CTL-010/u });
  t.equal((await get(loopback, '/v1/status')).status, 200, 'who asks once finds a place');
  streams.pop()?.destroy();
  let again = await get(loopback, '/v1/events', { accept: 'text/html' });
  t.equal(again.status, 200);
  let status = 503;
  while (status === 503) {
    const next = await open(loopback, '/v1/events', { accept });
    status = next.statusCode ?? 0;
    streams.push(next);
  }
  t.equal(status, 200, 'a place is given back by who goes');
  for (const stream of streams) stream.destroy();
  again = await get(loopback, '/healthz');
  t.equal(again.status, 200);
});

t.test('a stop ends streams whole, and takes no longer than its grace', async (t) => {
  const served = await serve(t, fakeDebugPort({ events: [event(1)] }));
  const stream = await open(served.loopback, '/v1/events', { accept: 'text/event-stream' });
  const whole = text(stream);
  const idle = connect(served.loopback);
  await once(idle, 'connect');
  const begun = Date.now();
  await served[Symbol.asyncDispose]();
  t.ok(Date.now() - begun < 3_000);
  t.match(await whole, /event: status\n/u);
  t.equal(stream.complete, true);
});
