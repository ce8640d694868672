import t, { type Test } from 'tap';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { systemClock } from '../../agent/base/system-clock.ts';
import type { GateSpec } from '../../agent/desired/shared-fields.ts';
import { checkGate, gateSubject, type GateHost } from '../../agent/health/gates.ts';
import { createRunCommand } from '../../agent/host/run-command.ts';
import type { Health } from '../../agent/resources/kind.ts';
import type { Entry } from '../../hostfs/filesystem.ts';

const files: Readonly<Record<string, string>> = {
  '/run/ready': 'state=up\n',
  '/run': 'directory',
  '/dev/bad': 'broken',
};
const entry: Entry = {
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 9,
  device: 1,
  inode: 2,
  links: 1,
  modifiedMs: 0,
};

const host: GateHost = {
  clock: systemClock,
  run: createRunCommand({ clock: systemClock }),
  ports: { unitActive: async () => ({ is: 'healthy' }) },
  fs: {
    lstat: async (path: string) => {
      const file = files[path];
      if (file === 'broken') throw new Error('the device failed (I/O error) PASSWORD=Planted');
      return file === undefined ? null : { ...entry, type: file === 'directory' ? 'directory' : 'file' };
    },
    read: async (path: string) => Buffer.from(files[path] ?? ''),
  } as unknown as GateHost['fs'],
};
const { signal } = new AbortController();
type Loose<T> = T extends unknown ? Omit<T, 'boot' | 'timeoutMs'> & { timeoutMs?: number } : never;
const check = (gate: Loose<GateSpec>): Promise<Health> =>
  checkGate({ boot: false, timeoutMs: 5_000, ...gate }, host, signal);

async function listening(t: Test, server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}
const serving = (t: Test, handler: RequestListener) => listening(t, createHttpServer(handler));

t.test('file', async (t) => {
  t.match(await check({ type: 'file', path: '/run/ready' }), { is: 'healthy' });
  t.match(await check({ type: 'file', path: '/run/ready', contains: 'state=up' }), { is: 'healthy' });
  t.match(await check({ type: 'file', path: '/nothing', absent: true }), { is: 'healthy' });
  t.match(await check({ type: 'file', path: '/nothing' }), {
    is: 'unhealthy',
    reason: { code: 'KSN-GATE-001', element: 'file /nothing', message: 'file /nothing is not there' },
  });
  t.match(await check({ type: 'file', path: '/run/ready', absent: true }), { is: 'unhealthy' });
  t.match(await check({ type: 'file', path: '/run', contains: 'x' }), {
    is: 'unhealthy',
    reason: { message: /directory/ },
  });
  const without = await check({ type: 'file', path: '/run/ready', contains: 'Planted' });
  t.match(without, { is: 'unhealthy' });
  t.notMatch(JSON.stringify(without), /Planted/);
  const broken = await check({ type: 'file', path: '/dev/bad' });
  t.match(broken, { is: 'unknown', reason: { code: 'KSN-GATE-006' } });
  t.notMatch(JSON.stringify(broken), /Planted/);
});

t.test('exec', async (t) => {
  const sh = (script: string, timeoutMs = 5_000) =>
    check({ type: 'exec', timeoutMs, command: { argv: ['/bin/sh', '-c', script], timeoutMs } });
  t.match(await sh('exit 0'), { is: 'healthy' });
  t.match(await sh('echo one; echo two >&2; exit 4'), {
    is: 'unhealthy',
    reason: { code: 'KSN-GATE-002', message: / ended with exit 4; its output is not shown, run it by hand$/ },
  });
  for (const script of ['exit 4 # Planted', 'kill -9 $$ # Planted', 'sleep 30 # Planted'])
    t.notMatch(JSON.stringify(await sh(script, 100)), /Planted/u);
  t.match(await sh('kill -9 $$'), { is: 'unhealthy', reason: { message: /^exec \/bin\/sh was killed by SIGKILL;/ } });
  t.match(await sh('sleep 30', 100), {
    is: 'unhealthy',
    reason: {
      code: 'KSN-GATE-005',
      message: /^exec \/bin\/sh (?:is still running after|gave no answer within) 100ms$/,
    },
  });
  t.match(await check({ type: 'exec', command: { argv: ['/no/such'], timeoutMs: 100 } }), {
    is: 'unknown',
    reason: { message: 'exec /no/such cannot be started (ENOENT)' },
  });
});

t.test('tcp', async (t) => {
  const port = await listening(
    t,
    createTcpServer((socket) => socket.end()),
  );
  t.match(await check({ type: 'tcp', host: '127.0.0.1', port }), { is: 'healthy' });
  t.match(await check({ type: 'tcp', host: 'localhost', port }), { is: 'healthy' });
  t.match(await check({ type: 'tcp', host: '127.0.0.1', port: 1 }), {
    is: 'unhealthy',
    reason: { code: 'KSN-GATE-003', message: 'tcp 127.0.0.1:1 refused the connection (ECONNREFUSED)' },
  });
  t.match(await check({ type: 'tcp', host: 'no-such-host.invalid', port: 1 }), { is: 'unknown' });
});

t.test('http', async (t) => {
  const port = await serving(t, (request, response) => {
    if (request.url === '/ok') response.end('state: up');
    else if (request.url === '/moved') response.writeHead(302, { location: '/ok' }).end();
    else if (request.url === '/endless') {
      const more = setInterval(() => response.write('x'.repeat(300_000)), 1);
      response.on('close', () => clearInterval(more));
    } else if (request.url === '/silent') response.writeHead(200);
    else response.writeHead(503).end('Planted');
  });
  const http = (path: string, more = {}) => check({ type: 'http', url: `http://127.0.0.1:${port}${path}`, ...more });
  t.match(await http('/ok'), { is: 'healthy' });
  t.match(await http('/ok', { contains: 'up' }), { is: 'healthy' });
  t.match(await http('/ok', { contains: 'down' }), { is: 'unhealthy', reason: { code: 'KSN-GATE-004' } });
  t.match(await http('/no'), { is: 'unhealthy', reason: { message: /\/no answered 503$/ } });
  t.match(await http('/no', { status: [503] }), { is: 'healthy' });
  t.match(await http('/no?key=Planted'), {
    is: 'unhealthy',
    reason: { message: /\/no answered 503$/, element: `http http://127.0.0.1:${port}/no` },
  });
  t.match(await http('/moved'), { is: 'unhealthy', reason: { message: /302.*redirect/ } });
  t.match(await http('/moved', { status: [302] }), { is: 'healthy' });
  t.match(await http('/endless', { contains: 'y' }), { is: 'unhealthy' });
  t.match(await http('/silent', { timeoutMs: 200 }), {
    is: 'unhealthy',
    reason: { code: 'KSN-GATE-005', message: /\/silent (?:answered|gave no answer within 200ms)/ },
  });
  t.match(await check({ type: 'http', url: 'http://127.0.0.1:1/' }), {
    is: 'unhealthy',
    reason: { message: /refused/ },
  });
  t.match(await check({ type: 'http', url: 'file:///etc/passwd' }), {
    is: 'unhealthy',
    reason: { message: /no http/ },
  });
});

t.test('what nobody here can judge is unjudged, never healthy', async (t) => {
  const pod = await check({ type: 'port', port: 'pod', arguments: {} });
  t.match(pod, { is: 'unjudged', reason: { code: 'KSN-GATE-007', message: /no pod gate here yet/ } });
  t.match(await check({ type: 'port', port: 'toString', arguments: {} }), { is: 'unjudged' });
  t.match(await check({ type: 'port', port: 'unitActive', arguments: {} }), { is: 'healthy' });
});

t.test('an abort comes through', async (t) => {
  const controller = new AbortController();
  const gate: GateSpec = {
    type: 'exec',
    boot: false,
    timeoutMs: 5_000,
    command: { argv: ['/bin/sleep', '30'], timeoutMs: 5_000 },
  };
  const asked = checkGate(gate, host, controller.signal);
  setTimeout(() => controller.abort(new Error('stop')), 50);
  await t.rejects(asked, { message: 'stop' });
});

t.test('subjects do not give secrets away', async (t) => {
  const every = { boot: false, timeoutMs: 1 };
  const argv = ['curl', '--token', 'Planted', 'Planted'];
  t.equal(gateSubject({ ...every, type: 'exec', command: { argv, timeoutMs: 1 } }), 'exec curl');
  const http = (url: string): string => gateSubject({ ...every, type: 'http', url });
  t.equal(http('http://Planted:Planted@lb:8404/healthz?k=Planted#Planted'), 'http http://lb:8404/healthz');
  t.equal(http('Planted?Planted'), 'http gate');
});
