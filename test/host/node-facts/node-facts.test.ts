import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import type { Clock } from '../../../agent/base/clock.ts';
import { systemClock } from '../../../agent/base/system-clock.ts';
import { withoutHardwareAddresses, withoutIdentity, type NodeFacts } from '../../../agent/host/node-facts/document.ts';
import { NodeFactsReader, runningKernel, type FactSources } from '../../../agent/host/node-facts/node-facts.ts';
import { factsOfRoot } from '../../../agent/host/node-facts/of-root.ts';
import { createRunCommand } from '../../../agent/host/run-command.ts';
import type { CommandResult, RunCommand } from '../../../agent/resources/kind.ts';
import { memoryRoot } from '../../support/roots.ts';
import { plant } from '../../support/tree.ts';
import { armGuest, computeHost, hugeMachine, treeOf, virtualMachine } from './machines.ts';

const stands: Clock = { now: () => 1_000, monotonic: () => 0, sleep: async () => {} };
const answers = (outputTail: string, over: Partial<CommandResult> = {}): CommandResult => ({
  exitCode: 0,
  signal: null,
  timedOut: false,
  outputTail,
  ...over,
});
const absent = answers('', { exitCode: null, startError: 'ENOENT' });

/** Programs by the first word of their command line; what is not among them is not there. */
function programs(by: Readonly<Record<string, CommandResult>>): { readonly run: RunCommand; readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    run: async ({ argv }) => {
      asked.push(argv.join(' '));
      return by[argv[0] ?? ''] ?? absent;
    },
  };
}

async function machine(files: Readonly<Record<string, string>>, over: Partial<FactSources> = {}) {
  const root = await memoryRoot();
  await plant(root.fs, treeOf(files));
  const sources = { fs: root.fs, clock: stands, kernel: null, run: null, cpuModel: async () => undefined, ...over };
  return { root, reader: new NodeFactsReader(sources), [Symbol.asyncDispose]: () => root[Symbol.asyncDispose]() };
}

async function factsOf(files: Readonly<Record<string, string>>, over: Partial<FactSources> = {}): Promise<NodeFacts> {
  await using made = await machine(files, over);
  return await made.reader.read();
}

const rpmOstree = JSON.stringify({
  deployments: [
    { staged: true, booted: false, version: '44.2', checksum: 'ccc' },
    {
      booted: true,
      version: '44.1',
      checksum: 'bbb',
      'container-image-reference': 'ostree-unverified-registry:registry.example.net/node:44',
      'container-image-reference-digest': 'sha256:bbb',
    },
    { booted: false, version: '44.0', checksum: 'aaa', pinned: true },
  ],
});
const tracking = 'A29FC87B,192.0.2.123,4,1795539044.1,-0.000012345,0.1,0.2,1.0,0.1,0.1,0.01,0.001,64.5,Normal\n';

t.test('a virtual machine, as it was recorded', async (t) => {
  const kernel = {
    ...runningKernel,
    primaryAddress: async () => '192.0.2.2',
    interfaces: () => ({
      eth0: [{ family: 'IPv4', address: '192.0.2.2', cidr: '192.0.2.2/24', netmask: '', mac: '', internal: false }],
    }),
  } as const;
  t.strictSame(await factsOf(virtualMachine, { kernel: kernel as unknown as typeof runningKernel }), {
    apiVersion: 'keelson.dev/v1',
    kind: 'NodeFacts',
    at: 1_000,
    hostname: 'vm',
    os: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
    kernel: { release: '6.18.44-fc-v595', architecture: 'x86_64' },
    boot: { id: '6ca79479-c7da-434c-8ea0-033117ca7bd4', uptimeSeconds: 40_074 },
    hardware: {},
    virtualisation: { machine: 'vm-other', container: 'docker' },
    memory: {
      totalBytes: 25_276_514_304,
      availableBytes: 24_600_887_296,
      swapBytes: 0,
      swapFreeBytes: 0,
      hugepages: [{ bytes: 2_097_152, total: 0, free: 0 }],
    },
    cpu: {
      model: 'AMD EPYC',
      vendor: 'AuthenticAMD',
      microcode: '0x1000065',
      online: '0-1',
      threads: 2,
      cores: 2,
      sockets: 1,
    },
    numa: [{ node: 0, cpus: '0-1', memoryBytes: 25_276_514_304, distances: [10] }],
    disks: [
      {
        name: 'vda',
        bytes: 274_877_906_944,
        type: 'disk',
        transport: 'virtio',
        rotational: true,
        removable: false,
        readOnly: false,
        sectorBytes: { logical: 512, physical: 4096 },
        partitions: [],
      },
    ],
    network: {
      interfaces: [
        {
          name: 'eth0',
          type: 'physical',
          mac: '02:fc:00:00:00:01',
          mtu: 1400,
          state: 'up',
          driver: 'virtio_net',
          addresses: ['192.0.2.2/24', 'fe80::fc:ff:fe00:1/64', 'fd00::2/64'],
        },
        { name: 'lo', type: 'loopback', mtu: 65_536, state: 'unknown', addresses: ['::1/128'] },
      ],
      primaryAddress: '192.0.2.2',
    },
    identity: { machineId: '0123456789abcdef0123456789abcdef', disks: { vda: { serial: 'overlayblk' } } },
    time: { zone: 'Etc/UTC' },
    unknown: [],
  });
});

t.test('a compute host of two sockets with an image', async (t) => {
  const { run } = programs({ 'rpm-ostree': answers(`warning: x\n${rpmOstree}\n`), chronyc: answers(tracking) });
  const facts = await factsOf(computeHost, { run });
  t.match(facts, {
    os: { id: 'fedora', version: '44', variant: 'coreos' },
    deployments: {
      by: 'rpm-ostree',
      booted: {
        version: '44.1',
        checksum: 'bbb',
        image: 'ostree-unverified-registry:registry.example.net/node:44',
        imageDigest: 'sha256:bbb',
      },
      staged: { version: '44.2', checksum: 'ccc' },
      rollback: { version: '44.0', checksum: 'aaa', pinned: true },
    },
    hardware: {
      vendor: 'Dell Inc.',
      model: 'PowerEdge XE9680',
      board: { vendor: 'Dell Inc.', model: '0ABCDE' },
      firmware: { vendor: 'Dell Inc.', version: '2.1.5', date: '2026-03-27' },
      bootsBy: 'uefi',
    },
    virtualisation: { machine: 'none' },
    cpu: { model: 'INTEL(R) XEON(R) PLATINUM 8562Y+', isolated: '8-63', threads: 128, cores: 64, sockets: 2 },
    memory: { hugepages: [{ bytes: 2_097_152 }, { bytes: 2 ** 30, total: 64, free: 12 }] },
    numa: [
      { node: 0, cpus: '0-31,64-95', memoryBytes: 1_056_563_000 * 1024, distances: [10, 21] },
      { node: 1, cpus: '32-63,96-127', memoryBytes: 1_056_808_236 * 1024, distances: [21, 10] },
    ],
    network: {
      interfaces: [
        { name: 'bond0', type: 'bond', mtu: 9000 },
        { name: 'ens1f0np0', type: 'physical', speedMbit: 100_000, driver: 'mlx5_core', master: 'bond0', numaNode: 0 },
      ],
    },
    time: {
      zone: 'Europe/Berlin',
      sync: { by: 'chrony', synchronised: true, source: '192.0.2.123', stratum: 4, offsetSeconds: -0.000_012_345 },
    },
    unknown: [],
  });
  t.notOk('family' in facts.hardware, 'what the maker left unfilled');
  t.strictSame(
    facts.disks.map(({ name, type, model, transport, numaNode, partitions }) => ({
      name,
      type,
      model,
      transport,
      numaNode,
      partitions: partitions.map((each) => each.name),
    })),
    [
      { name: 'dm-0', type: 'mapped', model: 'root', transport: undefined, numaNode: undefined, partitions: [] },
      {
        name: 'nvme0n1',
        type: 'disk',
        model: 'Dell NVMe PM1743 RI E3.S 1.92TB',
        transport: 'nvme',
        numaNode: 1,
        partitions: ['nvme0n1p1', 'nvme0n1p2', 'nvme0n1p10'],
      },
    ],
    'without a drive that holds nothing',
  );
});

t.test('what tells a machine from its like is in one place', async (t) => {
  const facts = await factsOf(computeHost);
  t.strictSame(facts.identity, {
    machineId: 'fedcba9876543210fedcba9876543210',
    system: { serial: 'SERIAL-SYSTEM', uuid: '4c4c4544-0000-1000-8000-000000000000' },
    chassis: { serial: 'SERIAL-CHASSIS' },
    disks: { nvme0n1: { serial: 'SERIAL-DISK', wwid: 'eui.SERIAL-WWID' } },
  });
  t.notMatch(JSON.stringify(withoutIdentity(facts)), /SERIAL|4c4c4544|fedcba/);
  const { network } = withoutHardwareAddresses(await factsOf(virtualMachine));
  t.strictSame(
    network.interfaces.map(({ mac, addresses }) => [mac, addresses]),
    [
      [undefined, ['fd00::2/64']],
      [undefined, ['::1/128']],
    ],
  );
  await using made = await machine(computeHost);
  const root = factsOfRoot({ fs: made.root.fs, clock: stands, isWholeHost: false });
  t.notMatch(JSON.stringify(await root.read(false)), /SERIAL/);
  t.match(JSON.stringify(await root.read(true)), /SERIAL-DISK/);
});

t.test('an ARM guest: its processor is asked for, once', async (t) => {
  let asked = 0;
  const cpuModel = async () => {
    asked += 1;
    return 'Neoverse-N1';
  };
  await using made = await machine(armGuest, { run: programs({}).run, cpuModel });
  const facts = await made.reader.read();
  t.match(facts, {
    hostname: 'edge-1',
    kernel: { architecture: 'aarch64' },
    hardware: { vendor: 'QEMU', bootsBy: 'bios' },
    virtualisation: { machine: 'kvm' },
    cpu: { model: 'Neoverse-N1', threads: 4, cores: 4, sockets: 1 },
    time: { zone: 'Asia/Tokyo', sync: { by: 'timesyncd', synchronised: true } },
  });
  t.equal((await made.reader.read()).cpu.model, 'Neoverse-N1');
  t.equal(asked, 1);
  t.notOk('model' in (await factsOf(armGuest, { cpuModel })).cpu, 'of a sandbox no program is asked');
  t.equal(asked, 1);
});

t.test('bootc answers where rpm-ostree is not there', async (t) => {
  const entry = (version: string) => ({
    image: { image: { image: `registry.example.net/node:${version}` }, imageDigest: `sha256:${version}`, version },
    ostree: { checksum: `c${version}`, deploySerial: 0 },
    pinned: false,
  });
  const status = {
    apiVersion: 'org.containers.bootc/v1',
    status: { booted: entry('1'), staged: null, rollback: entry('0') },
  };
  const { run, asked } = programs({ bootc: answers(JSON.stringify(status)) });
  t.strictSame((await factsOf(computeHost, { run })).deployments, {
    by: 'bootc',
    booted: { version: '1', checksum: 'c1', image: 'registry.example.net/node:1', imageDigest: 'sha256:1' },
    rollback: { version: '0', checksum: 'c0', image: 'registry.example.net/node:0', imageDigest: 'sha256:0' },
  });
  t.strictSame(asked.toSorted(), [
    'bootc status --json --format-version=1',
    'chronyc -n -c tracking',
    'rpm-ostree status --json',
  ]);
});

t.test('a program that fails leaves a reason, and is asked again', async (t) => {
  const by: Record<string, CommandResult> = {
    'rpm-ostree': answers('boom', { exitCode: 1 }),
    chronyc: answers('', { exitCode: null, signal: 'SIGKILL', timedOut: true }),
  };
  await using made = await machine(computeHost, { run: async ({ argv }) => by[argv[0] ?? ''] ?? absent });
  const facts = await made.reader.read();
  t.notOk('deployments' in facts);
  t.notOk('sync' in facts.time);
  t.strictSame(
    facts.unknown.map(({ fact, reason }) => [fact, reason.code, reason.message]),
    [
      ['deployments', 'KSN-HOST-010', 'rpm-ostree status --json: exit 1'],
      ['time.sync', 'KSN-HOST-010', 'chronyc -n -c tracking: no answer within 10 s'],
    ],
  );
  by['rpm-ostree'] = answers('{"deployments": [');
  t.match((await made.reader.read()).unknown, [{ reason: { message: /no JSON/ } }, {}]);
  by['rpm-ostree'] = answers(rpmOstree);
  by['chronyc'] = answers(tracking);
  t.match(await made.reader.read(), { deployments: { by: 'rpm-ostree' }, time: { sync: {} }, unknown: [] });
});

t.test('an answer is kept until what it is about may have changed', async (t) => {
  let now = 0;
  const { run, asked } = programs({ 'rpm-ostree': answers(rpmOstree), chronyc: answers(tracking) });
  await using made = await machine(computeHost, { run, clock: { ...stands, monotonic: () => now } });
  const [first, same] = await Promise.all([made.reader.read(), made.reader.read()]);
  t.equal(first, same, 'whoever asks meanwhile gets the same');
  await made.reader.read();
  t.equal(asked.length, 2);
  await plant(made.root.fs, treeOf({ '/run/ostree/staged-deployment': 'another' }));
  now = 10_000;
  await made.reader.read();
  t.equal(asked.length, 4, 'something else was staged, and the offset is old');
});

t.test('what comes and goes is seen at once', async (t) => {
  await using made = await machine(virtualMachine);
  t.equal((await made.reader.read()).disks.length, 1);
  await plant(made.root.fs, treeOf({ '/etc/hostname': 'lb-b', '/sys/block/vdb/size': '8' }));
  t.match(await made.reader.read(), { hostname: 'lb-b', disks: [{ name: 'vda' }, { name: 'vdb', bytes: 4096 }] });
});

t.test('an empty root says nothing, and nothing fails', async (t) => {
  t.strictSame(await factsOf({ '/etc/x': '' }), {
    apiVersion: 'keelson.dev/v1',
    kind: 'NodeFacts',
    at: 1_000,
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
    identity: { disks: {} },
    time: { zone: 'UTC' },
    unknown: [],
  });
});

t.test('files that fail are absent', async (t) => {
  await using made = await machine(computeHost);
  using _ = made.root.host.fail(({ primitive }) => (primitive === 'openFile' ? 'EIO' : undefined));
  t.match(await made.reader.read(), { cpu: {}, memory: { hugepages: [] }, unknown: [] });
});

t.test('the event loop turns while a huge machine is read', async (t) => {
  await using made = await machine(hugeMachine());
  const reading = made.reader.read();
  const ended = reading.then(() => 'ended' as const);
  let turns = 0;
  while ((await Promise.race([ended, turn('turned')])) === 'turned') turns += 1;
  const facts = await reading;
  t.match(facts.cpu, { threads: 512, cores: 256, sockets: 2 });
  t.equal(facts.network.interfaces.length, 302);
  t.ok(turns > 10, `${turns} turns`);
});

t.test('this machine, with the programs that it has', async (t) => {
  const folder = t.testdir();
  writeFileSync(join(folder, 'chronyc'), `#!/bin/sh\nprintf '${tracking.trim()}'\n`);
  chmodSync(join(folder, 'chronyc'), 0o755);
  await using made = await machine(computeHost, { run: createRunCommand({ clock: systemClock, path: folder }) });
  t.match((await made.reader.read()).time.sync, { by: 'chrony', stratum: 4 }, 'a real process was asked');
});
