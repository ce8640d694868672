import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { loadLibc, type Libc } from '../../hostfs/ffi.ts';
import { temporaryFolder } from '../support/roots.ts';

const libc = loadLibc();

function test(name: string, run: (t: Test, libc: Libc, folder: string) => Promise<void>): void {
  void t.test(name, { skip: libc === null && 'needs node:ffi (--experimental-ffi)' }, async (t) => {
    using folder = temporaryFolder();
    if (libc !== null) await run(t, libc, folder.path);
  });
}

test('extended attributes, of names that are no UTF-8 too', async (t, libc, folder) => {
  const path = Buffer.concat([Buffer.from(`${folder}/f`), Buffer.of(0xff)]);
  writeFileSync(path, 'x');
  t.strictSame(libc.xattrNames(path), []);
  t.equal(libc.getXattr(path, 'user.absent'), null);
  const value = Buffer.from('a\0b\xff', 'latin1');
  libc.setXattr(path, 'user.one', value);
  libc.setXattr(path, 'user.two', Buffer.of());
  libc.setXattr(path, 'user.two', Buffer.alloc(3000, 'x'));
  t.strictSame(libc.xattrNames(path).toSorted(), ['user.one', 'user.two']);
  t.strictSame(Buffer.from(libc.getXattr(path, 'user.one') ?? []), value);
  t.equal(libc.getXattr(path, 'user.two')?.length, 3000);
  t.throws(() => libc.xattrNames(`${folder}/absent`), { code: 'ENOENT' });
  t.throws(() => libc.getXattr(`${folder}/absent`, 'user.x'), { code: 'ENOENT' });
  t.throws(() => libc.setXattr(`${folder}/absent`, 'user.x', value), { code: 'ENOENT' });
  t.strictSame(libc.xattrNames('/proc/self/status'), [], 'a file system that has none');
});

test('a rename that does not replace', async (t, libc, folder) => {
  mkdirSync(`${folder}/a`);
  mkdirSync(`${folder}/b`);
  t.throws(() => libc.renameNew(`${folder}/a`, `${folder}/b`), { code: 'EEXIST' });
  t.equal(libc.renameNew(`${folder}/a`, `${folder}/c`), true);
  t.throws(() => libc.renameNew(`${folder}/a`, `${folder}/d`), { code: 'ENOENT' });
});

test('a lock of a whole file is held by the open file', async (t, libc, folder) => {
  const [first, second] = [openSync(`${folder}/lock`, 'w'), openSync(`${folder}/lock`, 'r+')];
  t.equal(libc.lockWhole(first), true);
  t.equal(libc.lockWhole(second), false, 'held, and nothing is wrong');
  t.equal(libc.lockWhole(first), true, 'by whom it is held it can be taken again');
  closeSync(first);
  t.equal(libc.lockWhole(second), true);
  closeSync(second);
  t.throws(() => libc.lockWhole(second), { code: 'EBADF' });
});

test('who is at the other end of a socket', async (t, libc, folder) => {
  const server = createServer().listen(`${folder}/socket`);
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const client = connect(`${folder}/socket`);
  const [socket] = await connected;
  t.strictSame(libc.peerCredentials(descriptorOf(socket)), {
    pid: process.pid,
    uid: process.getuid?.(),
    gid: process.getgid?.(),
  });

  const child = spawn('python3', [
    '-c',
    `import socket; s=socket.socket(socket.AF_UNIX); s.connect('${folder}/socket'); s.recv(1)`,
  ]);
  const [other] = (await once(server, 'connection')) as [Socket];
  t.equal(libc.peerCredentials(descriptorOf(other))?.pid, child.pid);
  other.end('x');
  socket.destroy();
  client.destroy();
  server.close();
  const file = openSync(folder, 'r');
  t.equal(libc.peerCredentials(file), null, 'no socket');
  t.equal(libc.peerCredentials(9999), null, 'no descriptor');
  closeSync(file);
});

/** Node does not say it in public: the descriptor of the handle. */
function descriptorOf(socket: Socket): number {
  return (Reflect.get(socket, '_handle') as { readonly fd: number }).fd;
}

/** A datagram socket that prints what it gets and from which process (node has no AF_UNIX datagrams). */
function receiver(t: Test, address: string): { readonly child: ChildProcess; readonly lines: AsyncIterator<string> } {
  const program = `
import socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(sys.argv[1].replace('@', chr(0)))
print('up', flush=True)
while True:
    data, control, _, _ = s.recvmsg(4096, 64)
    print(struct.unpack('iii', control[0][2])[0], data.decode(), flush=True)
`;
  const child = spawn('python3', ['-c', program, address], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill());
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

test('datagrams, as sd_notify sends them', async (t, libc, folder) => {
  for (const address of [`${folder}/notify`, `@keelson-test-${process.pid}`]) {
    const { lines } = receiver(t, address);
    t.equal((await lines.next()).value, 'up');
    t.equal(libc.sendDatagram(address, Buffer.from('READY=1 STATUS=über')), true);
    t.equal((await lines.next()).value, `${process.pid} READY=1 STATUS=über`, 'from our own pid');
    t.equal(libc.sendDatagram(address, Buffer.from('WATCHDOG=1')), true);
    t.equal((await lines.next()).value, `${process.pid} WATCHDOG=1`);
  }
  t.equal(libc.sendDatagram(`${folder}/nobody`, Buffer.from('x')), false);
  t.equal(libc.sendDatagram('', Buffer.from('x')), false);
  t.equal(libc.sendDatagram(`/${'x'.repeat(200)}`, Buffer.from('x')), false);
  writeFileSync(`${folder}/file`, '');
  t.equal(libc.sendDatagram(`${folder}/file`, Buffer.from('x')), false);
  const { child, lines } = receiver(t, `${folder}/full`);
  await lines.next();
  child.kill('SIGSTOP');
  await untilStopped(child.pid ?? 0);
  let sent = 0;
  while (sent < 10_000 && libc.sendDatagram(`${folder}/full`, Buffer.from('x'))) sent += 1;
  t.ok(sent > 0 && sent < 10_000, `a full queue does not hold us up (after ${sent})`);
  child.kill('SIGKILL');
});

async function untilStopped(pid: number): Promise<void> {
  for (let look = 0; look < 100 && !/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')); look += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

test('no descriptor and no memory is left by many calls', async (t, libc, folder) => {
  writeFileSync(`${folder}/f`, 'x');
  const next = () => {
    const fd = openSync(`${folder}/f`, 'r');
    closeSync(fd);
    return fd;
  };
  const before = next();
  for (let call = 0; call < 2000; call += 1) libc.sendDatagram(`${folder}/nobody`, Buffer.from('x'));
  t.equal(next(), before);
});
