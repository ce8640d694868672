/** The endpoint out of the bundle, as a package lays it out. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { READ_SOCKET } from '../../agent/control/protocol.ts';
import { SocketFolder } from '../../agent/control/socket-folder.ts';
import { NODE_FLAGS } from '../../packaging/node-flags.ts';
import { get } from '../debug/served.ts';
import { PLAIN_NODE } from '../support/plain-node.ts';

t.test(
  'an agent reads what serves the endpoint when it is first asked, and not before',
  { timeout: 60_000 },
  async (t) => {
    const root = t.testdir({ lib: {} });
    const bundle = join(root, 'lib/keelson.cjs');
    const bundler = fileURLToPath(new URL('../../packaging/bundle.ts', import.meta.url));
    execFileSync(PLAIN_NODE.command, [...PLAIN_NODE.before, bundler, bundle]);
    const argv = [...PLAIN_NODE.before, ...NODE_FLAGS, bundle];
    mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
    writeFileSync(join(root, 'etc/keelson/config.d/10.json'), '{ "debug": { "profiling": true } }');
    const late = join(root, 'lib/keelson-endpoint.cjs');
    renameSync(late, `${late}.away`);
    const agent = spawn(PLAIN_NODE.command, [...argv, '--root', root, 'agent'], { stdio: 'ignore', env: {} });
    t.teardown(() => agent.kill('SIGKILL'));
    const socket = join(root, 'run/keelson', READ_SOCKET);
    while (!existsSync(socket)) await sleep(20);
    using folder = new SocketFolder(join(root, 'run/keelson'));
    const place = { socketPath: folder.address(READ_SOCKET) };
    t.match(await get(place, '/v1/status'), { status: 200 }, 'who asks as keelson does needs it not');
    renameSync(`${late}.away`, late);
    for (const path of ['/', '/healthz', '/metrics', '/openapi.json', '/debug/heap?seconds=1', '/v1/spec'])
      t.match(await get(place, path), { status: 200 }, path);
    t.match(await get(place, '/readyz'), { status: 503, body: /KSN-ENGINE-014/u });
    agent.kill('SIGTERM');
    await once(agent, 'exit');
  },
);
