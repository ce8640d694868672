/** The endpoint over real sockets: a unix socket beside the routes of the CLI, and a port of loopback. */
import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';
import type { Clock } from '../../agent/base/clock.ts';
import { systemClock } from '../../agent/base/system-clock.ts';
import { LocalServer } from '../../agent/control/local-server.ts';
import { LoopbackServer } from '../../agent/control/loopback-server.ts';
import { READ_SOCKET } from '../../agent/control/protocol.ts';
import { readRoutes } from '../../agent/control/read-routes.ts';
import type { Peer } from '../../agent/control/route.ts';
import { SocketFolder } from '../../agent/control/socket-folder.ts';
import { openEndpoint } from '../../agent/debug/app.ts';
import type { DebugPort } from '../../agent/debug/port.ts';
import type { NodeFacts } from '../../agent/host/node-facts/document.ts';
import { fakePort, type FakePort } from '../control/fake-port.ts';

export type FakeDebugPort = FakePort & DebugPort;

/** Every field that the document may have. */
const someFacts = {
  apiVersion: 'keelson.dev/v1',
  kind: 'NodeFacts',
  at: 1,
  hostname: 'lb-a',
  os: { id: 'fedora', version: '44', variant: 'coreos', name: 'Fedora Linux 44' },
  deployments: {
    by: 'rpm-ostree',
    booted: { version: '44.1', checksum: 'c', image: 'i', imageDigest: 'd' },
    staged: {},
  },
  kernel: { release: '6.17', architecture: 'x86_64' },
  boot: { id: 'b', uptimeSeconds: 1 },
  hardware: { vendor: 'Dell Inc.', board: {}, firmware: { version: '2' }, bootsBy: 'uefi' },
  virtualisation: { machine: 'none' },
  memory: { totalBytes: 1, hugepages: [{ bytes: 2_097_152, total: 1, free: 0 }] },
  cpu: { model: 'EPYC', online: '0-1', threads: 2, cores: 1, sockets: 1 },
  numa: [{ node: 0, cpus: '0-1', memoryBytes: 1, distances: [10] }],
  disks: [{ name: 'sda', bytes: 1, type: 'disk', sectorBytes: { logical: 512, physical: 512 }, partitions: [] }],
  network: { interfaces: [{ name: 'lo', type: 'loopback', addresses: ['127.0.0.1/8'] }], primaryAddress: '10.0.0.1' },
  time: { zone: 'UTC', sync: { by: 'chrony', synchronised: true, offsetSeconds: -1e-6 } },
  identity: { machineId: 'm', disks: { sda: { serial: 's' } } },
  unknown: [{ fact: 'deployments', reason: { code: 'KSN-HOST-010', message: 'm', fault: 'environment' } }],
} as const satisfies NodeFacts;

/** What a port answers where a test says nothing else. */
export function fakeDebugPort(over: Parameters<typeof fakePort>[0] = {}, more: Partial<DebugPort> = {}): FakeDebugPort {
  return {
    ...fakePort(over),
    beats: () => true,
    eventCounts: () => new Map(),
    specs: async () => ({ wanted: null, running: null }),
    facts: async () => someFacts,
    profiling: () => false,
    ...more,
  };
}

/** Where to connect. */
export type Place = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface Served extends AsyncDisposable {
  readonly socket: Place;
  readonly loopback: Place & { readonly port: number };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Ended with the test, or before. */
export async function serve(
  t: Pick<Test, 'teardown' | 'testdir'>,
  port: DebugPort,
  clock: Clock = systemClock,
  peerOf: () => Peer | null = () => ({ uid: 0, pid: 7 }),
): Promise<Served> {
  const at = t.testdir();
  const stack = new AsyncDisposableStack();
  const folder = stack.use(new SocketFolder(at));
  const endpoint = await openEndpoint(port, clock);
  const routes = readRoutes(port);
  stack.use(
    await LocalServer.listen({ folder, name: READ_SOCKET, mode: 0o660, gid: null, routes, endpoint, peerOf, clock }),
  );
  const loopback = stack.use(await LoopbackServer.listen({ host: '127.0.0.1', port: 0 }, { endpoint, clock }));
  const end = (): Promise<void> => stack.disposeAsync();
  t.teardown(end);
  return {
    socket: { socketPath: folder.address(READ_SOCKET) },
    loopback: { host: '127.0.0.1', port: Number(new URL(loopback.url).port) },
    [Symbol.asyncDispose]: end,
  };
}

/** The response as its head has come. */
export async function open(
  place: Place,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<IncomingMessage> {
  const asked = request({ ...place, path, method, headers, agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
}

export async function get(
  place: Place,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Answer> {
  const response = await open(place, path, headers, method);
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}
