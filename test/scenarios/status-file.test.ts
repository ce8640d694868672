/** What the agent cannot write of itself, it says of itself. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { NodeStatus } from '../../agent/report/status.ts';
import { READ_SOCKET } from '../../agent/control/protocol.ts';
import { SocketFolder } from '../../agent/control/socket-folder.ts';
import { get } from '../debug/served.ts';
import { started } from './program.ts';

t.test('a status that cannot be written is a remark of the status, while it is so', async (t) => {
  const root = t.testdir();
  const dev = started(t, '--root', root, 'dev');
  await dev.says(/lb\/1 is good/u);
  using folder = new SocketFolder(join(root, 'run/keelson'));
  const socketPath = folder.address(READ_SOCKET);
  const until = async (is: (codes: readonly string[]) => boolean): Promise<void> => {
    for (;;) {
      const { remarks } = JSON.parse((await get({ socketPath }, '/v1/status')).body) as NodeStatus;
      if (is(remarks.map(({ code }) => code))) return;
      await sleep(50);
    }
  };
  const file = join(root, 'var/lib/keelson/status.json');
  rmSync(file, { force: true });
  mkdirSync(join(file, 'in-the-way'), { recursive: true });
  // A repair publishes.
  writeFileSync(join(root, 'etc/haproxy/haproxy.cfg'), 'tampered\n');
  await until((codes) => codes.includes('KSN-REPORT-002'));
  rmSync(file, { recursive: true });
  await until((codes) => codes.length === 0);
  const { code, err } = await dev.stop('SIGINT');
  t.equal(code, 0, err);
});
