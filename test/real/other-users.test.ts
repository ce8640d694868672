/** What the kernel lets other users of the machine do with the sockets of a real agent. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { started } from '../scenarios/program.ts';

const NOBODY = 65_534;
const script = `
  const socket = require('node:net').connect(process.argv[1]);
  socket.on('connect', () => { console.log('connected'); socket.destroy(); });
  socket.on('error', ({ code }) => console.log(code));`;

/** What connecting comes to for a user with these groups. */
function connecting(path: string, gid: number): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, path], {
    encoding: 'utf8',
    uid: NOBODY,
    gid,
    env: {},
    cwd: '/',
  });
  return stdout.trim() || stderr;
}

t.test(
  'nobody but root changes the node; its group reads, others do not',
  { skip: process.getuid?.() === 0 ? false : 'needs root' },
  async (t) => {
    const root = mkdtempSync(join(tmpdir(), 'keelson-'));
    t.teardown(() => rmSync(root, { recursive: true, force: true }));
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nreaders:x:4242:\n');
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
    writeFileSync(join(root, 'etc/keelson/config.d/10.yaml'), 'sockets: { group: readers }\n');
    const agent = started(t, '--root', root, 'agent');
    await agent.says(/"event":"ready"/u);
    const [reading, control] = ['agent.sock', 'control.sock'].map((name) => join(root, 'run/keelson', name)) as [
      string,
      string,
    ];
    t.equal(connecting(control, NOBODY), 'EACCES');
    t.equal(connecting(control, 4242), 'EACCES', 'nor the group of the readers');
    t.equal(connecting(reading, NOBODY), 'EACCES');
    t.equal(connecting(reading, 4242), 'connected');
    const { code } = await agent.stop('SIGTERM');
    t.equal(code, 0);
  },
);
