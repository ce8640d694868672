import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { ControlClient } from '../../agent/control/client.ts';
import { controlRoutes } from '../../agent/control/control-routes.ts';
import { LocalServer } from '../../agent/control/local-server.ts';
import { CONTROL_SOCKET, MAX_REQUEST_BYTES, READ_SOCKET } from '../../agent/control/protocol.ts';
import { readRoutes } from '../../agent/control/read-routes.ts';
import type { Peer } from '../../agent/control/route.ts';
import { SocketFolder } from '../../agent/control/socket-folder.ts';
import type { EventRecord } from '../../agent/report/events.ts';
import { loadLibc } from '../../hostfs/ffi.ts';
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
): Promise<ControlClient> {
  const folder = new SocketFolder(at);
  const common = { folder, gid: null, peerOf };
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

/** Bytes as they are, and what came back. */
/** By the same way round sun_path as the client: a checkout may lie deep. */
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
    routes: readRoutes(fakePort()),
  });
  const streaming = Array.fromAsync(new ControlClient(at, signal).watchStatus(signal));
  await new ControlClient(at, signal).status();
  await server[Symbol.asyncDispose]();
  t.equal((await streaming).length, 1, 'a stream ends whole');
  t.notOk(existsSync(join(at, READ_SOCKET)));
  folder[Symbol.dispose]();
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
      routes: controlRoutes(port),
    });
    await new ControlClient(at, new AbortController().signal).safeMode({ on: true });
    t.match(port.emitted, [{ message: `safe-mode asked for by uid ${process.getuid?.()}, pid ${process.pid}` }]);
  },
);
