/** Whether the port of `debug.listen` is the agent's, or free for it. Nothing is bound: an agent may be about to. */
import { oneLine } from '../base/one-line.ts';
import { fine, limited, type Examined, type Ground } from './examined.ts';

/** As /proc/net/tcp and tcp6 have them: what listens on one of these has the port of the loopback address. */
const TAKES: Readonly<Record<'127.0.0.1' | '::1', readonly string[]>> = {
  '127.0.0.1': ['0100007F', '00000000', '0'.repeat(32), '0000000000000000FFFF00000100007F'],
  '::1': ['00000000000000000000000001000000', '0'.repeat(32)],
};
const LISTENS = '0A';

/** Nothing where it is not set, or any port will do. `agent`: the process of the agent that runs. */
export async function listenPort(
  { machine, settings, status, root }: Ground,
  agent: number | null,
): Promise<readonly Examined[]> {
  const what = 'debug.listen';
  const listen = settings?.debug.listen ?? null;
  if (listen === null || listen.port === 0) return [];
  const { host, port } = listen;
  const name = host === '::1' ? `[::1]:${port}` : `${host}:${port}`;
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => machine.text(path)));
  if (tables.every((table) => table === null)) return [fine(what, 'nobody here to ask (/proc/net/tcp)')];
  const inode = inodeOf(tables.join('\n'), TAKES[host], port);
  const anew = root.isWholeHost ? 'systemctl restart keelson' : 'Start the agent anew.';
  if (inode === null) {
    if (status === null) return [fine(what, `${name} is free`)];
    return [limited(what, `nobody listens on ${name}`, `${anew} The setting is read at its start.`)];
  }
  const holder = await machine.socketHolder(inode);
  if (holder !== null && holder.pid === agent) return [fine(what, `the agent listens on ${name}`)];
  if (holder === null && status !== null)
    return [fine(what, `${name} is taken, as the agent's may be; by whom, root can see`)];
  const by = holder === null ? 'by whom, root can see' : `by process ${holder.pid} (${oneLine(holder.name)})`;
  const next = `End that, or set debug.listen to another port; then ${anew}`;
  return [limited(what, `${name} is taken, ${by}: the page and the metrics are not served there`, next)];
}

function inodeOf(table: string, addresses: readonly string[], port: number): string | null {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of table.split('\n')) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/u);
    const [address = '', at] = local.split(':');
    if (state === LISTENS && at === hex && addresses.includes(address)) return inode ?? null;
  }
  return null;
}
