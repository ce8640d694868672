import t from 'tap';
import { factsText } from '../../../agent/commands/text/facts-text.ts';
import type { NodeFacts } from '../../../agent/host/node-facts/document.ts';

const nothing: NodeFacts = {
  apiVersion: 'keelson.dev/v1',
  kind: 'NodeFacts',
  at: 0,
  os: {},
  kernel: {},
  boot: {},
  hardware: {},
  virtualisation: {},
  memory: { hugepages: [] },
  cpu: {},
  numa: [],
  disks: [],
  network: { interfaces: [] },
  time: {},
  unknown: [],
};

t.test('a node in full', async (t) => {
  const facts: NodeFacts = {
    ...nothing,
    hostname: 'gpu-07',
    os: { name: 'Fedora CoreOS 44.20261101.3.0' },
    deployments: {
      by: 'rpm-ostree',
      booted: { version: '44.1', image: 'registry.example.net/node:44' },
      staged: { checksum: 'ccc' },
      rollback: { version: '44.0', pinned: true },
    },
    kernel: { release: '6.17.1', architecture: 'x86_64' },
    boot: { id: 'b-1', uptimeSeconds: 864_000 },
    hardware: { vendor: 'Dell Inc.', model: 'R760\u001B[2J', firmware: { version: '2.1' }, bootsBy: 'uefi' },
    virtualisation: { machine: 'none', container: 'podman' },
    memory: {
      totalBytes: 2 ** 40,
      availableBytes: 1.5 * 2 ** 30,
      hugepages: [
        { bytes: 2 ** 21, total: 0, free: 0 },
        { bytes: 2 ** 30, total: 64, free: 12 },
      ],
    },
    cpu: { model: 'XEON', sockets: 2, cores: 64, threads: 128, isolated: '8-63' },
    numa: [
      { node: 0, cpus: '0-31', distances: [10, 21] },
      { node: 1, cpus: '', distances: [21, 10] },
    ],
    disks: [
      {
        name: 'nvme0n1',
        bytes: 1_920_383_410_176,
        type: 'disk',
        transport: 'nvme',
        model: 'PM1743',
        partitions: [{ name: 'nvme0n1p1', bytes: 2 ** 20 }],
      },
      { name: 'dm-0', bytes: 512, type: 'mapped', partitions: [] },
    ],
    network: {
      interfaces: [
        {
          name: 'ens1f0',
          type: 'physical',
          driver: 'mlx5_core',
          master: 'bond0',
          state: 'up',
          mtu: 9000,
          speedMbit: 100_000,
          addresses: [],
        },
        { name: 'lo', type: 'loopback', addresses: ['127.0.0.1/8', '::1/128'] },
      ],
      primaryAddress: '192.0.2.2',
    },
    time: {
      zone: 'Europe/Berlin',
      sync: { by: 'chrony', synchronised: true, source: '192.0.2.9', offsetSeconds: 1.25e-5 },
    },
    identity: { machineId: 'm', system: { serial: 'S1' }, disks: {} },
    unknown: [{ fact: 'x', reason: { code: 'KSN-HOST-010', message: 'y: exit 1', fault: 'environment' } }],
  };
  t.strictSame(factsText(facts, {}), [
    'hostname    gpu-07',
    'os          Fedora CoreOS 44.20261101.3.0',
    'booted      44.1 registry.example.net/node:44',
    'staged      ccc',
    'rollback    44.0, pinned',
    'kernel      6.17.1 x86_64',
    'boot        b-1, up 10 days',
    'address     192.0.2.2',
    'time        Europe/Berlin, synchronised by chrony, source 192.0.2.9, off by 0.013 ms',
    'hardware    Dell Inc. R760',
    'firmware    2.1 UEFI',
    'runs on     bare metal, in a container (podman)',
    'cpu         XEON, 2 sockets, 64 cores, 128 threads, isolated 8-63',
    'memory      1 TiB, 1.5 GiB available, 64 hugepages of 1 GiB, 12 free',
    'numa        0: 0-31; 1: no cpus',
    'machine id  m',
    'serial      S1',
    'unknown     x: y: exit 1 (KSN-HOST-010)',
    '',
    'DISK     SIZE     BY      MODEL   PARTITIONS',
    'nvme0n1  1.7 TiB  nvme    PM1743  nvme0n1p1 1 MiB',
    'dm-0     512 B    mapped  -       -',
    '',
    'INTERFACE  STATE  TYPE                           MTU   SPEED       ADDRESSES',
    'ens1f0     up     physical, mlx5_core, in bond0  9000  100 Gbit/s  -',
    'lo         -      loopback                       -     -           127.0.0.1/8, ::1/128',
  ]);
});

t.test('what cannot be told has no line', async (t) => {
  t.strictSame(factsText(nothing, {}), []);
  const bad = { ...nothing, time: { sync: { by: 'timesyncd', synchronised: false } } } as const;
  t.strictSame(factsText(bad, {}), ['time  NOT synchronised (timesyncd)']);
});
