/**
 * Machines as their files say them. `virtualMachine` was recorded on one, its own names taken out; the others are put
 * together from what kernels and firmware of such machines write.
 */
import type { Tree } from '../../support/tree.ts';

/** By path: content, or the target of a link after `-> `. */
type Files = Readonly<Record<string, string>>;

export function treeOf(files: Files): Tree {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      text.startsWith('-> ') ? { link: text.slice(3) } : { file: `${text}\n` },
    ]),
  );
}

/** Files of one device, with the link by which its class lists it. */
function device(listed: string, at: string, files: Files): Files {
  const up = listed.split('/').length - 3;
  return {
    [listed]: `-> ${'../'.repeat(up)}${at.slice('/sys/'.length)}`,
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`${at}/${name}`, text])),
  };
}

function cores(count: number, sockets: number, threadsOf: (core: number) => readonly number[]): Files {
  const perSocket = count / sockets;
  const lists: [string, string][] = [];
  for (let core = 0; core < count; core += 1) {
    const first = Math.floor(core / perSocket) * perSocket;
    const mates = Array.from({ length: perSocket }, (_, at) => threadsOf(first + at)).flat();
    for (const thread of threadsOf(core)) {
      const at = `/sys/devices/system/cpu/cpu${thread}/topology`;
      lists.push([`${at}/core_cpus_list`, threadsOf(core).join(',')], [`${at}/package_cpus_list`, mates.join(',')]);
    }
  }
  return Object.fromEntries(lists);
}

/** A guest of Firecracker, seen from a container in it. */
export const virtualMachine: Files = {
  '/.dockerenv': '',
  '/etc/hostname': 'vm',
  '/etc/localtime': '-> /usr/share/zoneinfo/Etc/UTC',
  '/etc/machine-id': '0123456789abcdef0123456789abcdef',
  '/usr/lib/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian',
  '/etc/os-release': '-> ../usr/lib/os-release',
  '/proc/cpuinfo':
    'processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel name\t: AMD EPYC\nmicrocode\t: 0x1000065\nflags\t\t: fpu vme hypervisor lahf_lm\n\nprocessor\t: 1\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\nflags\t\t: fpu vme hypervisor lahf_lm',
  '/proc/meminfo':
    'MemTotal:       24684096 kB\nMemFree:        19929504 kB\nMemAvailable:   24024304 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\nHugePages_Total:       0\nHugepagesize:       2048 kB',
  '/proc/sys/kernel/osrelease': '6.18.44-fc-v595',
  '/proc/sys/kernel/arch': 'x86_64',
  '/proc/sys/kernel/random/boot_id': '6ca79479-c7da-434c-8ea0-033117ca7bd4',
  '/proc/uptime': '40074.40 33194.89',
  '/proc/4711/net/if_inet6':
    '00000000000000000000000000000001 01 80 10 80       lo\nfe8000000000000000fc00fffe000001 04 40 20 80     eth0\nfd000000000000000000000000000002 04 40 00 80     eth0',
  '/proc/self': '-> 4711',
  '/proc/net': '-> self/net',
  '/sys/devices/system/cpu/online': '0-1',
  '/sys/devices/system/cpu/isolated': '',
  ...cores(2, 1, (core) => [core]),
  '/sys/devices/system/node/online': '0',
  '/sys/devices/system/node/node0/cpulist': '0-1',
  '/sys/devices/system/node/node0/distance': '10',
  '/sys/devices/system/node/node0/meminfo': 'Node 0 MemTotal:       24684096 kB\nNode 0 MemFree:        19929504 kB',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '0',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages': '0',
  ...device('/sys/block/loop0', '/sys/devices/virtual/block/loop0', { size: '8192' }),
  ...device('/sys/block/vda', '/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda', {
    size: '536870912',
    ro: '0',
    removable: '0',
    serial: 'overlayblk',
    'queue/rotational': '1',
    'queue/logical_block_size': '512',
    'queue/physical_block_size': '4096',
    'device/vendor': '0x0000',
  }),
  ...device('/sys/class/net/eth0', '/sys/devices/pci0000:00/0000:00:03.0/virtio2/net/eth0', {
    address: '02:fc:00:00:00:01',
    mtu: '1400',
    operstate: 'up',
    speed: '-1',
    type: '1',
    uevent: 'INTERFACE=eth0\nIFINDEX=4',
    'device/driver': '-> ../../../../bus/virtio/drivers/virtio_net',
  }),
  ...device('/sys/class/net/lo', '/sys/devices/virtual/net/lo', {
    address: '00:00:00:00:00:00',
    mtu: '65536',
    operstate: 'unknown',
    type: '772',
    uevent: 'INTERFACE=lo\nIFINDEX=1',
  }),
};

/** Two sockets of 32 cores with two threads, two NUMA nodes, an image with a staged deployment, chrony. */
export const computeHost: Files = {
  '/etc/hostname': 'gpu-07',
  '/etc/localtime': '-> ../usr/share/zoneinfo/Europe/Berlin',
  '/etc/machine-id': 'fedcba9876543210fedcba9876543210',
  '/usr/lib/os-release':
    'NAME="Fedora Linux"\nID=fedora\nVERSION_ID=44\nVARIANT_ID=coreos\nPRETTY_NAME="Fedora CoreOS 44.20261101.3.0"',
  '/etc/os-release': '-> ../usr/lib/os-release',
  '/run/ostree-booted': '',
  '/run/ostree/staged-deployment': '',
  '/run/chrony/chronyd.pid': '812',
  '/ostree/deploy/fedora-coreos/deploy/x': '',
  '/proc/cpuinfo': `processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: INTEL(R) XEON(R) PLATINUM 8562Y+\nmicrocode\t: 0x21000283\nflags\t\t: fpu vme vmx lahf_lm\n\nprocessor\t: 1\nmodel name\t: other`,
  '/proc/meminfo': 'MemTotal:       2113371236 kB\nMemAvailable:   1503371236 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB',
  '/proc/sys/kernel/osrelease': '6.17.1-300.fc44.x86_64',
  '/proc/sys/kernel/arch': 'x86_64',
  '/proc/sys/kernel/random/boot_id': '11111111-2222-3333-4444-555555555555',
  '/proc/uptime': '864000.00 1.00',
  '/sys/devices/system/cpu/online': '0-127',
  '/sys/devices/system/cpu/isolated': '8-63',
  ...cores(64, 2, (core) => [core, core + 64]),
  '/sys/devices/system/node/online': '0-1',
  '/sys/devices/system/node/node0/cpulist': '0-31,64-95',
  '/sys/devices/system/node/node0/distance': '10 21',
  '/sys/devices/system/node/node0/meminfo': 'Node 0 MemTotal:       1056563000 kB',
  '/sys/devices/system/node/node1/cpulist': '32-63,96-127',
  '/sys/devices/system/node/node1/distance': '21 10',
  '/sys/devices/system/node/node1/meminfo': 'Node 1 MemTotal:       1056808236 kB',
  '/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages': '64',
  '/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages': '12',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '0',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages': '0',
  '/sys/firmware/efi/fw_platform_size': '64',
  '/sys/class/dmi/id': '-> ../../devices/virtual/dmi/id',
  '/sys/devices/virtual/dmi/id/sys_vendor': 'Dell Inc.',
  '/sys/devices/virtual/dmi/id/product_name': 'PowerEdge XE9680',
  '/sys/devices/virtual/dmi/id/product_family': 'To Be Filled By O.E.M.',
  '/sys/devices/virtual/dmi/id/board_vendor': 'Dell Inc.',
  '/sys/devices/virtual/dmi/id/board_name': '0ABCDE',
  '/sys/devices/virtual/dmi/id/bios_vendor': 'Dell Inc.',
  '/sys/devices/virtual/dmi/id/bios_version': '2.1.5',
  '/sys/devices/virtual/dmi/id/bios_date': '03/27/2026',
  '/sys/devices/virtual/dmi/id/product_serial': 'SERIAL-SYSTEM',
  '/sys/devices/virtual/dmi/id/product_uuid': '4c4c4544-0000-1000-8000-000000000000',
  '/sys/devices/virtual/dmi/id/chassis_serial': 'SERIAL-CHASSIS',
  ...device('/sys/block/nvme0n1', '/sys/devices/pci0000:80/0000:80:01.0/0000:81:00.0/nvme/nvme0/nvme0n1', {
    size: '3750748848',
    ro: '0',
    removable: '0',
    wwid: 'eui.SERIAL-WWID',
    'queue/rotational': '0',
    'queue/logical_block_size': '512',
    'queue/physical_block_size': '4096',
    device: '-> ../../nvme0',
    'nvme0n1p1/size': '2048',
    'nvme0n1p10/size': '4096',
    'nvme0n1p2/size': '260096',
  }),
  '/sys/devices/pci0000:80/0000:80:01.0/0000:81:00.0/nvme/nvme0/model': 'Dell NVMe PM1743 RI E3.S 1.92TB',
  '/sys/devices/pci0000:80/0000:80:01.0/0000:81:00.0/nvme/nvme0/serial': 'SERIAL-DISK',
  '/sys/devices/pci0000:80/0000:80:01.0/0000:81:00.0/nvme/nvme0/numa_node': '1',
  ...device('/sys/block/dm-0', '/sys/devices/virtual/block/dm-0', { size: '2048', 'dm/name': 'root', ro: '0' }),
  ...device('/sys/block/sr0', '/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/block/sr0', { size: '0' }),
  '/sys/class/net/bonding_masters': 'bond0',
  ...device('/sys/class/net/bond0', '/sys/devices/virtual/net/bond0', {
    address: '0c:42:a1:00:00:01',
    mtu: '9000',
    operstate: 'up',
    type: '1',
    uevent: 'DEVTYPE=bond\nINTERFACE=bond0',
  }),
  ...device('/sys/class/net/ens1f0np0', '/sys/devices/pci0000:16/0000:16:01.0/0000:17:00.0/net/ens1f0np0', {
    address: '0c:42:a1:00:00:01',
    mtu: '9000',
    operstate: 'up',
    speed: '100000',
    type: '1',
    uevent: 'INTERFACE=ens1f0np0',
    master: '-> ../../../../../virtual/net/bond0',
    'device/driver': '-> ../../../../bus/pci/drivers/mlx5_core',
    'device/numa_node': '0',
  }),
};

/** An ARM machine of a cloud: no name of the processor in any file, timesyncd. */
export const armGuest: Files = {
  '/etc/hostname': 'edge-1',
  '/etc/localtime': 'TZif2',
  '/etc/timezone': 'Asia/Tokyo',
  '/etc/os-release': 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"',
  '/run/systemd/timesync/synchronized': '',
  '/proc/cpuinfo':
    'processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n',
  '/proc/meminfo': 'MemTotal: 4000 kB',
  '/proc/sys/kernel/osrelease': '6.12.48',
  '/proc/sys/kernel/arch': 'aarch64',
  '/proc/uptime': '7.00 1.00',
  '/sys/devices/system/cpu/online': '0-3',
  // As Linux before 5.3 names them.
  ...Object.fromEntries(
    [0, 1, 2, 3].flatMap((cpu) => [
      [`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, `${cpu}`],
      [`/sys/devices/system/cpu/cpu${cpu}/topology/core_siblings_list`, '0-3'],
    ]),
  ),
  '/sys/class/dmi/id': '-> ../../devices/virtual/dmi/id',
  '/sys/devices/virtual/dmi/id/sys_vendor': 'QEMU',
  '/sys/devices/virtual/dmi/id/product_name': 'KVM Virtual Machine',
};

/** 512 threads, 64 disks with eight partitions, 300 interfaces: more than 5,000 files. */
export function hugeMachine(): Files {
  const parts: Files[] = [
    computeHost,
    { '/sys/devices/system/cpu/online': '0-511' },
    cores(256, 2, (core) => [core, core + 256]),
  ];
  for (let at = 0; at < 64; at += 1)
    parts.push(
      device(`/sys/block/sd${at}`, `/sys/devices/pci0000:00/ata${at}/host${at}/block/sd${at}`, {
        size: '1000',
        ro: '0',
        ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((part) => [`sd${at}${part}/size`, '100'])),
      }),
    );
  for (let at = 0; at < 300; at += 1)
    parts.push(
      device(`/sys/class/net/veth${at}`, `/sys/devices/virtual/net/veth${at}`, {
        address: '02:00:00:00:00:01',
        mtu: '1500',
        operstate: 'up',
        type: '1',
        uevent: `DEVTYPE=veth\nINTERFACE=veth${at}`,
      }),
    );
  return Object.assign({}, ...parts) as Files;
}
