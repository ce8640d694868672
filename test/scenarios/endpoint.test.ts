/** The endpoint of the real program: the page of the sandbox, and the port of a daemon through reloads. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { get, type Place } from '../debug/served.ts';
import { READ_SOCKET } from '../../agent/control/protocol.ts';
import { SocketFolder } from '../../agent/control/socket-folder.ts';
import { started } from './program.ts';

t.test('keelson dev says where its page is; it and the socket answer alike', async (t) => {
  const root = t.testdir();
  const dev = started(t, '--root', root, 'dev');
  await dev.says(/lb\/1 is good/u);
  const [, port = ''] = /Its page is http:\/\/127\.0\.0\.1:(\d+)\//u.exec(dev.out) ?? [];
  const loopback: Place = { host: '127.0.0.1', port: Number(port) };
  const page = await get(loopback, '/');
  t.match(page, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
  t.match(page.body, /<!doctype html>[^]*lb\/1/iu);
  using folder = new SocketFolder(join(root, 'run/keelson'));
  const socket: Place = { socketPath: folder.address(READ_SOCKET) };
  for (const path of ['/v1/status', '/v1/resources', '/v1/plan', '/v1/events', '/readyz', '/openapi.json'])
    t.equal((await get(loopback, path)).body, (await get(socket, path)).body, path);
  t.match(JSON.parse((await get(socket, '/readyz')).body), { ready: true });
  t.match((await get(socket, '/metrics')).body, /^keelson_events_total\{type="VerdictGood"\} 1$/mu);
  t.match(JSON.parse((await get(socket, '/v1/spec')).body), {
    wanted: {
      series: 'lb',
      sections: { files: { '/etc/haproxy/haproxy.cfg': { content: { inline: { redacted: true } } } } },
    },
  });
  t.equal((await get(socket, '/debug/heap')).status, 404);
  const { code, err } = await dev.stop('SIGINT');
  t.equal(code, 0, err);
  await t.rejects(get(loopback, '/'), { code: 'ECONNREFUSED' });
});

t.test('a daemon listens where its configuration says, from the next reload on', async (t) => {
  const root = t.testdir();
  mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
  const configure = (text: string): void => writeFileSync(join(root, 'etc/keelson/config.d/10.yaml'), text);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { readonly port: number };
  configure(`debug: { listen: "127.0.0.1:${port}" }\n`);
  const agent = started(t, '--root', root, 'agent');
  await agent.says(/"event":"not-listening".*KSN-CTL-014/u);
  await agent.says(/"event":"ready"/u);

  const place: Place = { host: '127.0.0.1', port };
  /** Until it is so: what the log says of a reload is not said again for the next one. */
  const reload = async (isDone: () => Promise<boolean>): Promise<void> => {
    agent.process.kill('SIGHUP');
    while (!(await isDone())) await sleep(20);
  };
  const status = async (path: string): Promise<number> => {
    try {
      return (await get(place, path)).status;
    } catch {
      // Refused, or cut in the moment of the reload.
      return 0;
    }
  };
  other.close();
  await once(other, 'close');
  await reload(async () => (await status('/healthz')) === 200);
  t.match(await get(place, '/readyz'), { status: 503, body: /KSN-ENGINE-014/u }, 'there is no spec yet');
  t.equal(await status('/debug/heap'), 404);
  configure(`debug: { listen: "127.0.0.1:${port}", profiling: true }\n`);
  await reload(async () => (await status('/debug/heap')) === 200);
  configure('debug: { listen: null }\n');
  await reload(async () => (await status('/healthz')) === 0);
  const { code } = await agent.stop('SIGTERM');
  t.equal(code, 0);
});
