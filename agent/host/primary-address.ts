import { readFile } from 'node:fs/promises';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/** Where the kernel tells of routes and addresses. */
export interface AddressSources {
  /** A file under /proc; rejects when there is none. */
  readProc(path: string): Promise<string>;
  interfaces(): NodeJS.Dict<NetworkInterfaceInfo[]>;
}

const hostSources: AddressSources = { readProc: (path) => readFile(path, 'utf8'), interfaces: networkInterfaces };

/**
 * The address others most likely know this node by: the first global one of the interface that the default route
 * with the lowest metric leaves by, IPv4 before IPv6. Null without a default route: a guess would be worse.
 */
export async function primaryAddress(sources: AddressSources = hostSources): Promise<string | null> {
  const interfaces = sources.interfaces();
  const ways = [
    { family: 'IPv4', device: defaultDevice4(await readOr(sources, '/proc/net/route')) },
    { family: 'IPv6', device: defaultDevice6(await readOr(sources, '/proc/net/ipv6_route')) },
  ];
  for (const { family, device } of ways) {
    if (device === null) continue;
    const found = interfaces[device]?.find(
      (each) => each.family === family && !each.internal && !isLinkLocal(each.address),
    );
    if (found !== undefined) return found.address;
  }
  return null;
}

/** Columns: Iface Destination Gateway Flags RefCnt Use Metric Mask …; numbers in hexadecimal but for the metric. */
function defaultDevice4(table: string): string | null {
  const rows = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return lowest(
    rows.flatMap(([device, destination, , , , , metric, mask]) =>
      destination === '00000000' && mask === '00000000' ? [{ device, metric: Number(metric) }] : [],
    ),
  );
}

/** Columns: destination, its prefix length, source, its prefix length, next hop, metric, …, device. */
function defaultDevice6(table: string): string | null {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  return lowest(
    rows.flatMap((row) => {
      const [destination = '', length, , , , metric = ''] = row;
      const device = row[9];
      return /^0{32}$/.test(destination) && length === '00' && device !== 'lo'
        ? [{ device, metric: Number.parseInt(metric, 16) }]
        : [];
    }),
  );
}

function lowest(routes: readonly { readonly device: string | undefined; readonly metric: number }[]): string | null {
  return routes.toSorted((a, b) => a.metric - b.metric)[0]?.device ?? null;
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address);
}

async function readOr(sources: AddressSources, path: string): Promise<string> {
  try {
    return await sources.readProc(path);
  } catch {
    return '';
  }
}
