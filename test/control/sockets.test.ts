import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import type { Clock } from '../../agent/base/clock.ts';
import { systemClock } from '../../agent/base/system-clock.ts';
import { ControlClient } from '../../agent/control/client.ts';
import { controlRoutes } from '../../agent/control/control-routes.ts';
import { LocalServer } from '../../agent/control/local-server.ts';
import { CONTROL_SOCKET, MAX_REQUEST_BYTES, READ_SOCKET } from '../../agent/control/protocol.ts';
import { readRoutes } from '../../agent/control/read-routes.ts';
import type { Peer } from '../../agent/control/route.ts';
import { SocketFolder } from '../../agent/control/socket-folder.ts';
import type { EventRecord } from '../../agent/report/events.ts';
import { loadLibc } from '../../hostfs/ffi.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { fakePort, somePreview, someStatus, type FakePort } from './fake-port.ts';

const event = (seq: number): EventRecord => ({
  logId: 'log',
  seq,
  at: 0,
  bootId: 'boot',
  type: 'DriftRepaired',
  message: `event ${seq}`,
});

async function serve(
  t: Test,
  port: FakePort,
  at = t.testdir(),
  peerOf: (descriptor: number) => Peer | null = () => ({ uid: 0, pid: 7 }),
  clock: Clock = systemClock,
): Promise<ControlClient> {
  const folder = new SocketFolder(at);
  const common = { folder, gid: null, peerOf, clock };
  const reading = await LocalServer.listen({ ...common, name: READ_SOCKET, mode: 0o660, routes: readRoutes(port) });
  const control = await LocalServer.listen({
    ...common,
    name: CONTROL_SOCKET,
    mode: 0o600,
    routes: controlRoutes(port),
  });
  t.teardown(async () => {
    await Promise.all([reading[Symbol.asyncDispose](), control[Symbol.asyncDispose]()]);
    folder[Symbol.dispose]();
  });
  return new ControlClient(at, new AbortController().signal);
}

/** Bytes as they are, and what came back. By the same way round sun_path as the client: a checkout may lie deep. */
async function raw(at: string, name: string, request: string): Promise<string> {
  using folder = new SocketFolder(at);
  const socket = connect(folder.address(name));
  socket.end(request);
  return await text(socket);
}

t.test('reads status, resources, plan and events', async (t) => {
  const client = await serve(t, fakePort({ events: [event(1), event(2), event(3)] }));
  t.strictSame(await client.status(), someStatus);
  t.match(await client.resources(), [{ address: 'file:/etc/x' }]);
  t.strictSame(await client.plan(), somePreview);
  t.strictSame(await client.plan({ document: 'e30=' }), somePreview);
  t.strictSame((await client.diff()).preview, somePreview);
  t.strictSame(
    (await client.events({ after: 1 })).map(({ seq }) => seq),
    [2, 3],
  );
});

t.test('streams statuses and events until the reader goes', async (t) => {
  const port = fakePort({ events: [event(1)] });
  const client = await serve(t, port);
  const done = new AbortController();
  const seen: number[] = [];
  for await (const status of client.watchStatus(done.signal)) {
    seen.push(status.seq);
    if (status.seq < 5) port.publish({ ...someStatus, seq: status.seq + 1 });
    else done.abort();
  }
  t.strictSame(seen, [3, 4, 5]);
  const events: number[] = [];
  for await (const { seq } of client.followEvents({ after: 0 }, new AbortController().signal)) {
    events.push(seq);
    break;
  }
  t.strictSame(events, [1]);
});

t.test('an order reaches the engine with its person, and becomes an event first', async (t) => {
  const port = fakePort();
  const client = await serve(t, port);
  const { ids } = await client.hold({
    addresses: ['file:/etc/x'],
    all: false,
    forMs: 60_000,
    who: 'ana',
    reason: 'ntp',
  });
  t.match(port.calls, [['override', { id: ids[0], address: 'file:/etc/x', kind: 'hold', by: 'ana', expires: 61_000 }]]);
  t.match(port.emitted, [
    { type: 'ControlRequest', message: 'hold asked for by uid 0, pid 7', by: 'ana', reasonGiven: 'ntp' },
  ]);
  await client.retry({ generation: 43, reason: 'try' });
  t.strictSame(port.calls[1], ['retry', 43, 'root', 'try'], 'without a name it is the user of the connection');
  await client.safeMode({ on: false });
  await client.leave({ how: 'keep' });
  await client.rollback({ reason: 'bad' });
  await client.release({ ids });
  t.strictSame(
    port.calls.slice(2).map((call) => (call as string[])[0]),
    ['safeMode', 'leave', 'rollback', 'release'],
  );
});

t.test('an apply hands on the plan it is tied to; the engine alone judges whether that is stale', async (t) => {
  const port = fakePort();
  const client = await serve(t, port);
  const { basis } = somePreview;
  const answer = await client.apply({ document: 'e30=', basis });
  t.match(answer, { generation: { series: 'lb', generation: 43 }, afterEvent: 0 });
  await client.apply({ basis });
  t.match(port.calls, [
    ['accept', {}, basis],
    ['reconcile', 'root', basis],
  ]);
});

t.test('only root sees the plan of what nobody signed', async (t) => {
  const port = fakePort();
  const root = await serve(t, port);
  await root.plan({ document: 'e30=', name: 'lb.yaml' });
  await root.plan({ document: 'e30=', name: 'lb.yaml', signed: true });
  const other = await serve(t, port, t.testdir(), () => ({ uid: 1000, pid: 7 }));
  await other.diff({ document: 'e30=' });
  const unknown = await serve(t, port, t.testdir(), () => null);
  await unknown.plan({ document: 'e30=' });
  t.strictSame(port.verified, [
    'preview:lb.yaml left out',
    'preview:lb.yaml needed',
    'preview:stdin needed',
    'preview:stdin needed',
  ]);
});

t.test('what comes over a socket is not trusted', async (t) => {
  const at = t.testdir();
  const port = fakePort();
  const client = await serve(t, port, at);
  const post = (path: string, body: string) =>
    raw(
      at,
      CONTROL_SOCKET,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  t.match(await post('/v1/hold', '{'), /400.*KSN-CTL-003.*not JSON/su);
  t.match(await post('/v1/hold', '[]'), /400.*KSN-CTL-003/su);
  t.match(await post('/v1/hold', '{"addresses":[1],"all":false,"forMs":1,"reason":"r"}'), /'addresses' must be/u);
  t.match(await post('/v1/hold', '{"addresses":[],"all":true,"forMs":0,"reason":"r"}'), /ends within 30 days/u);
  const month = 31 * 24 * 3600 * 1000;
  t.match(
    await post('/v1/hold', `{"addresses":[],"all":true,"forMs":${month},"reason":"r"}`),
    /Hold it for 30d at most/u,
  );
  t.match(await post('/v1/hold', '{"addresses":[],"all":true,"forMs":5}'), /'reason' must be/u);
  t.match(await post('/v1/retry', '{"generation":"43","reason":"r"}'), /'generation' must be a whole number/u);
  t.match(await post('/v1/nothing', '{}'), /KSN-CTL-005/u);
  t.match(await raw(at, CONTROL_SOCKET, 'gibberish\r\n\r\n'), /400 Bad Request/u);
  t.strictSame(port.calls, []);
  await t.rejects(client.apply({ document: 'A'.repeat(MAX_REQUEST_BYTES) }), { code: 'KSN-CTL-004' });
  t.match(
    await raw(at, READ_SOCKET, 'POST /v1/retry HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'),
    /KSN-CTL-005/u,
  );
  t.match(await raw(at, READ_SOCKET, 'GET /v1/events?after=-1 HTTP/1.1\r\nHost: x\r\n\r\n'), /KSN-CTL-003/u);
});

t.test('who says no more after its request has its answer, late as it may be', async (t) => {
  const at = t.testdir();
  const port = fakePort({ events: [event(1)] });
  const said = Promise.withResolvers<void>();
  const engine = {
    ...port.engine,
    rollback: async (by: string, reason: string) => {
      await said.promise;
      await port.engine.rollback(by, reason);
    },
  };
  await serve(t, { ...port, engine }, at);
  using folder = new SocketFolder(at);
  const socket = connect({ path: folder.address(CONTROL_SOCKET), allowHalfOpen: true });
  const body = '{"reason":"bad"}';
  socket.end(`POST /v1/rollback HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const answer = text(socket);
  while (port.emitted.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  said.resolve();
  t.match(await answer, /^HTTP\/1.1 200 OK.*\{\}/su);
  t.match(port.calls, [['rollback', 'root', 'bad']]);
  t.match(await raw(at, READ_SOCKET, 'GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n'), /event 1/u);
  const followed = await raw(at, READ_SOCKET, 'GET /v1/events?follow HTTP/1.1\r\nHost: x\r\n\r\n');
  t.match(followed, /^HTTP\/1.1 200 OK/u, 'a stream to who says no more ends');
});

t.test('modes stand, a stale socket is replaced, anything else is not', async (t) => {
  const at = t.testdir();
  await serve(t, fakePort(), at);
  t.equal(statSync(join(at, READ_SOCKET)).mode & 0o777, 0o660);
  t.equal(statSync(join(at, CONTROL_SOCKET)).mode & 0o777, 0o600);
  const client = await serve(t, fakePort(), at);
  t.equal((await client.status()).node, 'lb-a');

  const other = t.testdir();
  writeFileSync(join(other, READ_SOCKET), 'mine');
  await t.rejects(serve(t, fakePort(), other), { code: 'KSN-CTL-008' });
});

t.test('a folder with a path longer than a socket address works', async (t) => {
  const at = join(t.testdir(), 'x'.repeat(100), 'y'.repeat(100));
  mkdirSync(at, { recursive: true });
  const client = await serve(t, fakePort(), at);
  t.equal((await client.status()).node, 'lb-a');
});

t.test('no agent, and an agent that stops, are told apart from failures', async (t) => {
  const at = t.testdir();
  const { signal } = new AbortController();
  await t.rejects(new ControlClient(at, signal).status(), { code: 'KSN-CTL-001', remedy: /systemctl status keelson/u });
  await t.rejects(new ControlClient(join(at, 'none'), signal).status(), { code: 'KSN-CTL-001' });

  const folder = new SocketFolder(at);
  const server = await LocalServer.listen({
    folder,
    name: READ_SOCKET,
    mode: 0o600,
    gid: null,
    peerOf: () => null,
    clock: systemClock,
    routes: readRoutes(fakePort()),
  });
  const streaming = Array.fromAsync(new ControlClient(at, signal).watchStatus(signal));
  await new ControlClient(at, signal).status();
  await server[Symbol.asyncDispose]();
  t.equal((await streaming).length, 1, 'a stream ends whole');
  t.notOk(existsSync(join(at, READ_SOCKET)));
  folder[Symbol.dispose]();
});

t.test('who follows takes no place from who asks, and root has its own', async (t) => {
  let uid = 1000;
  const client = await serve(t, fakePort({ events: [event(1)] }), t.testdir(), () => ({ uid, pid: 7 }));
  const end = new AbortController();
  t.teardown(() => end.abort());
  const follow = async (): Promise<void> => {
    await client.followEvents({ after: 0 }, end.signal)[Symbol.asyncIterator]().next();
  };
  for (let n = 0; n < 8; n += 1) await follow();
  await t.rejects(follow(), { code: 'KSN-CTL-010', message: /uid 1000 follows/u, remedy: /End a `keelson events/u });
  await t.rejects(client.watchStatus(end.signal)[Symbol.asyncIterator]().next(), { code: 'KSN-CTL-010' });
  t.equal((await client.status()).node, 'lb-a', 'one that follows too much may still ask');
  for (uid = 1001; uid < 1003; uid += 1) for (let n = 0; n < 8; n += 1) await follow();
  await t.rejects(follow(), { code: 'KSN-CTL-010' }, 'all places of followers but those of root are taken');
  t.equal((await client.status()).node, 'lb-a');
  uid = 0;
  for (let n = 0; n < 32; n += 1) await follow();
  await t.rejects(follow(), { code: 'KSN-CTL-010' });
  t.equal((await client.status()).node, 'lb-a');
});

t.test('a place is given back by who goes', async (t) => {
  const client = await serve(t, fakePort({ events: [event(1)] }), t.testdir(), () => ({ uid: 1000, pid: 7 }));
  for (let n = 0; n < 50; n += 1) {
    for await (const { seq } of client.followEvents({ after: 0 }, new AbortController().signal)) {
      t.equal(seq, 1);
      break;
    }
    await client.status();
  }
});

t.test('one user cannot take all connections', async (t) => {
  let uid = 1000;
  const at = t.testdir();
  const client = await serve(t, fakePort(), at, () => ({ uid, pid: 7 }));
  await client.status();
  using folder = new SocketFolder(at);
  const idle: Socket[] = [];
  const open = async (): Promise<void> => {
    const socket = connect(folder.address(READ_SOCKET));
    idle.push(socket);
    await once(socket, 'connect');
  };
  t.teardown(() => idle.forEach((socket) => socket.destroy()));
  for (let n = 0; n < 16; n += 1) await open();
  await t.rejects(client.status(), { code: 'KSN-CTL-010', message: /uid 1000 has as many connections/u });
  uid = 1001;
  t.equal((await client.status()).node, 'lb-a');
  for (; uid < 1003; uid += 1) for (let n = 0; n < 16; n += 1) await open();
  await t.rejects(client.status(), { code: 'KSN-CTL-010' });
  uid = 0;
  t.equal((await client.status()).node, 'lb-a', 'root is let in');
});

t.test('who does not read is cut off, and little is kept for it', async (t) => {
  const clock = new VirtualClock();
  const at = t.testdir();
  let pulled = 0;
  const port = fakePort();
  const client = await serve(
    t,
    {
      ...port,
      events: {
        logId: 'log',
        lastSeq: 0,
        read: async () => [],
        async *follow() {
          for (;;) yield { ...event((pulled += 1)), message: 'x'.repeat(10_000) };
        },
      },
    },
    at,
    () => ({ uid: 1000, pid: 7 }),
    clock,
  );
  using folder = new SocketFolder(at);
  const socket = connect(folder.address(READ_SOCKET));
  socket.pause();
  socket.write('GET /v1/events?follow HTTP/1.1\r\nHost: x\r\n\r\n');
  const wait = async (there: () => boolean): Promise<void> => {
    while (!there()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await wait(() => clock.sleeping === 1);
  t.ok(pulled > 0 && pulled < 200, `${pulled} lines were made for it`);
  await clock.advance(59_000);
  t.equal(clock.sleeping, 1);
  await clock.advance(2_000);
  t.equal(clock.sleeping, 0);
  socket.resume();
  await once(socket, 'close');
  t.equal((await client.status()).node, 'lb-a');
});

t.test('a path that nobody knows is said to be none', async (t) => {
  const at = t.testdir();
  await serve(t, fakePort(), at);
  for (const path of ['//', '//v1/status', '/%zz', 'http://[', '*'])
    t.match(
      await raw(at, READ_SOCKET, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`),
      /^HTTP\/1.1 404.*KSN-CTL-005/su,
      path,
    );
});

const libc = loadLibc();

t.test(
  'the caller is who the kernel says',
  { skip: libc === null && 'needs node:ffi (--experimental-ffi)' },
  async (t) => {
    const at = t.testdir();
    const port = fakePort();
    using folder = new SocketFolder(at);
    const peerOf = (descriptor: number) => libc?.peerCredentials(descriptor) ?? null;
    await using _ = await LocalServer.listen({
      folder,
      name: CONTROL_SOCKET,
      mode: 0o600,
      gid: null,
      peerOf,
      clock: systemClock,
      routes: controlRoutes(port),
    });
    await new ControlClient(at, new AbortController().signal).safeMode({ on: true });
    t.match(port.emitted, [{ message: `safe-mode asked for by uid ${process.getuid?.()}, pid ${process.pid}` }]);
  },
);
