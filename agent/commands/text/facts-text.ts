/** The facts of a node for a person: a line a subject, then disks and interfaces as tables. */
import { oneLine } from '../../base/one-line.ts';
import { span } from '../../base/spans.ts';
import { counted } from '../../base/words.ts';
import type { Deployment, DiskFacts, InterfaceFacts, NodeFacts } from '../../host/node-facts/document.ts';
import { columns, type ColumnOptions } from './columns.ts';

type Row = readonly [string, string];

/** What cannot be told has no line; what failed has one at the end. */
export function factsText(facts: NodeFacts, width: Pick<ColumnOptions, 'width'>): string[] {
  const { disks, network, unknown } = facts;
  const rows = [...systemRows(facts), ...machineRows(facts), ...identityRows(facts)];
  const failed = unknown.map(({ fact, reason }): Row => ['unknown', `${fact}: ${reason.message} (${reason.code})`]);
  return [
    ...columns([...rows, ...failed].map(shown), width),
    ...(disks.length > 0 ? ['', ...columns([DISK_HEAD, ...disks.map(diskRow)], width)] : []),
    ...(network.interfaces.length > 0
      ? ['', ...columns([INTERFACE_HEAD, ...network.interfaces.map(interfaceRow)], width)]
      : []),
  ];
}

function systemRows({ hostname, os, deployments, kernel, boot, time, network }: NodeFacts): readonly Row[] {
  const { booted, staged, pending, rollback } = deployments ?? {};
  const up = boot.uptimeSeconds === undefined ? undefined : `up ${span(boot.uptimeSeconds * 1000)}`;
  const { sync } = time;
  const kept =
    sync === undefined
      ? undefined
      : [
          sync.synchronised ? `synchronised by ${sync.by}` : `NOT synchronised (${sync.by})`,
          sync.source === undefined ? undefined : `source ${sync.source}`,
          sync.offsetSeconds === undefined ? undefined : `off by ${milliseconds(sync.offsetSeconds)}`,
        ];
  return rowsOf([
    ['hostname', hostname],
    ['os', os.name ?? os.id],
    ['booted', deploymentWords(booted)],
    ['staged', deploymentWords(staged)],
    ['next boot', deploymentWords(pending)],
    ['rollback', deploymentWords(rollback)],
    ['kernel', joined([kernel.release, kernel.architecture], ' ')],
    ['boot', joined([boot.id, up])],
    ['address', network.primaryAddress],
    ['time', joined([time.zone, ...(kept ?? [])])],
  ]);
}

function machineRows({ hardware, virtualisation, cpu, memory, numa }: NodeFacts): readonly Row[] {
  const { firmware, bootsBy } = hardware;
  const arranged = [
    cpu.sockets === undefined ? undefined : counted(cpu.sockets, 'socket'),
    cpu.cores === undefined ? undefined : counted(cpu.cores, 'core'),
    cpu.threads === undefined ? undefined : counted(cpu.threads, 'thread'),
    cpu.isolated === undefined ? undefined : `isolated ${cpu.isolated}`,
  ];
  const pages = memory.hugepages
    .filter(({ total }) => total > 0)
    .map(({ bytes, total, free }) => `${total} hugepages of ${size(bytes)}, ${free} free`);
  return rowsOf([
    ['hardware', joined([hardware.vendor, hardware.model], ' ')],
    ['firmware', joined([firmware?.vendor, firmware?.version, firmware?.date, bootsBy?.toUpperCase()], ' ')],
    [
      'runs on',
      joined([
        virtualisation.machine === 'none' ? 'bare metal' : virtualisation.machine,
        virtualisation.container === undefined ? undefined : `in a container (${virtualisation.container})`,
      ]),
    ],
    ['cpu', joined([cpu.model, ...arranged])],
    [
      'memory',
      joined([
        memory.totalBytes === undefined ? undefined : size(memory.totalBytes),
        memory.availableBytes === undefined ? undefined : `${size(memory.availableBytes)} available`,
        ...pages,
      ]),
    ],
    ['numa', numa.length < 2 ? undefined : numa.map(({ node, cpus }) => `${node}: ${cpus || 'no cpus'}`).join('; ')],
  ]);
}

function identityRows({ identity }: NodeFacts): readonly Row[] {
  return rowsOf([
    ['machine id', identity?.machineId],
    ['serial', identity?.system?.serial],
  ]);
}

const DISK_HEAD = ['DISK', 'SIZE', 'BY', 'MODEL', 'PARTITIONS'] as const;

function diskRow({ name, bytes, type, transport, model, partitions }: DiskFacts): readonly string[] {
  const parts = partitions.map((each) => `${each.name} ${size(each.bytes)}`).join(', ');
  return [name, size(bytes), transport ?? type, model ?? '-', parts || '-'].map(oneLine);
}

const INTERFACE_HEAD = ['INTERFACE', 'STATE', 'TYPE', 'MTU', 'SPEED', 'ADDRESSES'] as const;

function interfaceRow(given: InterfaceFacts): readonly string[] {
  const { name, state, type, mtu, speedMbit, driver, master, addresses } = given;
  const kind = joined([type, driver, master === undefined ? undefined : `in ${master}`]) ?? type;
  const speed = speedMbit === undefined ? '-' : speedMbit < 1000 ? `${speedMbit} Mbit/s` : `${speedMbit / 1000} Gbit/s`;
  return [name, state ?? '-', kind, String(mtu ?? '-'), speed, addresses.join(', ') || '-'].map(oneLine);
}

function deploymentWords(deployment: Deployment | undefined): string | undefined {
  if (deployment === undefined) return undefined;
  const { version, image, checksum, pinned } = deployment;
  const what = [version, image, version === undefined && image === undefined ? checksum : undefined];
  return joined([joined(what, ' '), pinned === true ? 'pinned' : undefined]) ?? '-';
}

function rowsOf(rows: readonly (readonly [string, string | undefined])[]): readonly Row[] {
  return rows.filter((row): row is Row => row[1] !== undefined);
}

function joined(parts: readonly (string | undefined)[], by = ', '): string | undefined {
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? undefined : said.join(by);
}

function shown([name, value]: Row): readonly string[] {
  return [name, oneLine(value)];
}

/** In the units of `lsblk` and `free -h`: binary, one decimal where it says something. */
function size(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(5, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${Number(value.toFixed(value < 100 ? 1 : 0))} ${['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][power]}`;
}

function milliseconds(seconds: number): string {
  return `${Number((seconds * 1000).toPrecision(2))} ms`;
}
