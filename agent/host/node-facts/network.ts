/** Network interfaces from /sys/class/net, IPv6 addresses from /proc; IPv4 addresses no file says by interface. */
import type { NetworkInterfaceInfo } from 'node:os';
import type { InterfaceFacts } from './document.ts';
import { present, type FactFiles } from './fact-files.ts';

const NET = '/sys/class/net';
const LOOPBACK = '772';

/** `given`: as os.networkInterfaces() has them. It leaves out interfaces that are down, and files do not. */
export async function interfaces(
  files: FactFiles,
  given: NodeJS.Dict<NetworkInterfaceInfo[]>,
): Promise<readonly InterfaceFacts[]> {
  const six = ipv6Addresses((await files.text('/proc/net/if_inet6')) ?? '');
  const found: InterfaceFacts[] = [];
  for (const name of await files.names(NET)) {
    const at = `${NET}/${name}`;
    const way = await files.target(at);
    // bonding_masters is a file.
    if (way === undefined) continue;
    const isVirtual = way.includes('/devices/virtual/');
    const uevent = (await files.text(`${at}/uevent`)) ?? '';
    const type = isVirtual
      ? (await files.text(`${at}/type`)) === LOOPBACK
        ? 'loopback'
        : (/^DEVTYPE=(\S+)$/m.exec(uevent)?.[1] ?? 'virtual')
      : 'physical';
    const four = (given[name] ?? []).filter(({ family }) => family === 'IPv4');
    found.push({
      name,
      type,
      ...present({
        mac: macIn(await files.text(`${at}/address`)),
        mtu: await files.number(`${at}/mtu`),
        state: await files.text(`${at}/operstate`),
        master: await files.targetName(`${at}/master`),
        ...(!isVirtual && {
          speedMbit: await files.number(`${at}/speed`),
          driver: await files.targetName(`${at}/device/driver`),
          numaNode: await files.number(`${at}/device/numa_node`),
        }),
      }),
      addresses: [...four.map(({ cidr, address }) => cidr ?? address), ...(six.get(name) ?? [])],
    });
  }
  return found;
}

/** Columns: address in hexadecimal, index, prefix length, scope, flags, name. */
export function ipv6Addresses(table: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const line of table.split('\n')) {
    const [, digits = '', length = '', name = ''] =
      /^([0-9a-f]{32}) [0-9a-f]+ ([0-9a-f]{2}) [0-9a-f]+ [0-9a-f]+ +(\S+)$/.exec(line.trim()) ?? [];
    if (name === '') continue;
    const addresses = found.get(name) ?? [];
    addresses.push(`${ipv6(digits)}/${Number.parseInt(length, 16)}`);
    found.set(name, addresses);
  }
  return found;
}

/** RFC 5952: the longest run of two or more zero groups is `::`, the first of equals. */
function ipv6(digits: string): string {
  const groups = (digits.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16));
  let [start, most] = [0, 1];
  for (let at = 0; at < groups.length; at += 1) {
    let length = 0;
    while (groups[at + length] === '0') length += 1;
    if (length > most) [start, most] = [at, length];
  }
  if (most < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + most).join(':')}`;
}

function macIn(text: string | undefined): string | undefined {
  return text === undefined || /^(?:00:)*00$/.test(text) ? undefined : text;
}
