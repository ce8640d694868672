import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import t from 'tap';
import { socketHolder } from '../../agent/host/socket-holder.ts';

t.test('who listens on a port, as /proc has it', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  const line = (await readFile('/proc/net/tcp', 'utf8')).split('\n').find((each) => each.includes(local)) ?? '';
  const inode = line.trim().split(/\s+/u)[9] ?? '';
  t.match(await socketHolder(inode), { pid: process.pid, name: /./u });
  server.close();
  t.equal(await socketHolder('0'), null);
  t.equal(await socketHolder(inode, '/nowhere'), null);
});
