/** A node with a last-known-good and foreign things on it, and a generation of over thirty resources of all kinds that changes most of it. */
import type { Sections } from './engine-node.ts';
import { EngineNode, verified, type EngineNodeOptions } from './engine-node.ts';
import type { EffectSupport } from '../../agent/resources/kind.ts';
import type { MemoryHost } from '../../hostfs/memory-host.ts';
import type { VerifiedSpec } from '../../agent/verify/verified-spec.ts';

const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const pod = (name: string, image: string, more: object = {}): object => ({
  pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name, image }] } },
  ...more,
});
const many = (from: number, to: number, make: (n: number) => [string, object]): Record<string, object> =>
  Object.fromEntries(Array.from({ length: to - from }, (_, index) => make(from + index)));

const reload = (target: string): object => ({ onChange: { [`process:${target}`]: { signal: 'SIGHUP' } } });

/** What is there before Keelson: some of it is taken over. */
export const FOUND: Readonly<Record<string, string>> = {
  '/etc/chrony.conf': 'server old\n',
  '/etc/taken.conf': 'theirs\n',
  '/etc/other': 'never ours\n',
};

export const GOOD: Sections = {
  directories: { '/var/lib/app': { mode: '0750' }, '/var/lib/gone': {} },
  files: {
    '/etc/haproxy/haproxy.cfg': file('global one\n', reload('haproxy')),
    '/etc/chrony.conf': file('server good\n'),
    '/etc/removed.conf': file('leaves with the next\n'),
    '/etc/shape': file('becomes a folder, then a link\n'),
    '/var/lib/gone/inside': file('x\n'),
    ...many(0, 5, (n) => [`/etc/app/${n}.conf`, file(`good ${n}\n`)]),
  },
  links: { '/etc/app/current': { target: '0.conf' }, '/etc/app/old': { target: '1.conf' } },
  staticPods: {
    haproxy: pod('haproxy', 'localhost/haproxy:1', { dependsOn: ['file:/etc/haproxy/haproxy.cfg'] }),
    retired: pod('retired', 'localhost/retired:1'),
  },
};

/** 35 resources: created, modified, adopted, of another mode, unchanged; five of the good ones leave. */
export function nextSections(more: object = {}): Sections {
  return {
    directories: {
      '/var/lib/app': { mode: '0700' },
      '/var/lib/new': {},
      '/var/lib/new/deep': { mode: '0711' },
      '/etc/shape': {},
    },
    files: {
      '/etc/shape/inside': file('a folder\n'),
      '/etc/haproxy/haproxy.cfg': file('global two\n', { ...reload('haproxy'), ...more }),
      '/etc/haproxy/errors/503.http': file('HTTP/1.0 503\n'),
      '/etc/chrony.conf': file('server next\n', reload('chronyd')),
      '/etc/taken.conf': file('ours\n'),
      '/etc/secret.key': file('hunter2\n', { mode: '0600' }),
      ...many(0, 12, (n) => [`/etc/app/${n}.conf`, file(n % 2 === 0 ? `next ${n}\n` : `good ${n}\n`)]),
      ...many(0, 4, (n) => [`/var/lib/new/deep/${n}`, file(`deep ${n}\n`)]),
    },
    links: {
      '/etc/app/current': { target: '2.conf' },
      '/etc/new-link': { target: 'app/current' },
      '/var/lib/new/link': { target: 'deep' },
    },
    staticPods: {
      haproxy: pod('haproxy', 'localhost/haproxy:2', { dependsOn: ['file:/etc/haproxy/haproxy.cfg'] }),
      keepalived: pod('keepalived', 'localhost/keepalived:1', { dependsOn: ['pod:haproxy'] }),
      ...many(0, 3, (n) => [`side-${n}`, pod(`side-${n}`, `localhost/side:${n}`)]),
    },
  };
}

function untoldSections(): Sections {
  const { files, ...more } = nextSections();
  return { ...more, files: { ...files, '/etc/untold.conf': file('new\n', reload('nobody')) } };
}

export const count = (sections: Sections): number =>
  Object.values(sections).reduce((sum, section) => sum + Object.keys(section).length, 0);

/** Another half of everything again, for a generation that comes while the one before is still waited for. */
export function thirdSections(more: object = {}): Sections {
  const { files, links, staticPods } = nextSections();
  const { '/etc/shape/inside': _, ...kept } = files ?? {};
  return {
    directories: { '/var/lib/app': { mode: '0755' }, '/var/lib/new': {}, '/var/lib/third': {} },
    files: {
      ...kept,
      '/etc/haproxy/haproxy.cfg': file('global three\n', { ...reload('haproxy'), ...more }),
      '/etc/chrony.conf': file('server third\n', reload('chronyd')),
      ...many(0, 12, (n) => [`/etc/app/${n}.conf`, file(n % 3 === 0 ? `third ${n}\n` : `good ${n}\n`)]),
      ...many(0, 4, (n) => [`/var/lib/third/${n}`, file(`third ${n}\n`)]),
    },
    // Of the second's folder only the top stays.
    links: { ...links, '/etc/app/current': { target: '3.conf' }, '/etc/shape': { target: 'app' } },
    staticPods: { ...staticPods, ...many(2, 5, (n) => [`side-${n}`, pod(`side-${n}`, `localhost/third:${n}`)]) },
  };
}

/** Few rounds of gates: their timing is tested elsewhere, and every round is a thousand primitives. */
const QUICK = { health: { stableForMs: 0, deadlineMs: 10_000 } };
const QUICK_BAD = { health: { stableForMs: 0, deadlineMs: 100 } };
const ENDLESS = { health: { stableForMs: 0, deadlineMs: 365 * 86_400_000 } };
const NEVER = { gates: [{ file: '/run/never' }] };

/** At rest; crash it as often as wanted. */
export interface PreparedMachine {
  readonly machine: MemoryHost;
  /** What the last good generation looks like. */
  readonly picture: readonly string[];
}

/** Generation 1 is good, the agent stopped in order. */
export async function goodMachine(options: EngineNodeOptions = {}): Promise<PreparedMachine> {
  const node = await EngineNode.on(undefined, options);
  for (const [path, content] of Object.entries(FOUND)) await node.write(path, content);
  await node.start();
  await node.accept(verified(1, GOOD, QUICK));
  await node.stop();
  return { machine: node.machine, picture: await hostPicture(node) };
}

/** The same, and then `spec` is there but for its gates, which do not hold; the agent stopped in order meanwhile. */
export async function halfwayMachine(spec: VerifiedSpec): Promise<PreparedMachine> {
  const { machine, picture } = await goodMachine();
  await using node = await EngineNode.on(machine);
  await node.start();
  await node.clock.runUntil(node.engine.accept(spec));
  await node.clock.advance(60_000);
  await node.stop();
  return { machine: node.machine, picture };
}

/** What haproxy and chronyd are told to read again; they write it down, and haproxy refuses what says so. */
export function tellingEffects(told: Told[]): EffectSupport {
  return {
    prefixes: ['process'],
    async run({ id, target }, host) {
      const path = SERVICES[target];
      if (path === undefined) throw new Error(`nobody is called ${target}`);
      const content = Buffer.from(await host.fs.read(path)).toString();
      told.push({ id, path, content });
      if (content.includes('refused')) throw new Error(`${target} refuses ${path}`);
    },
  };
}

export interface Told {
  readonly id: string;
  readonly path: string;
  readonly content: string;
}

/** Who is told of which file. */
export const SERVICES: Readonly<Record<string, string>> = {
  'process:haproxy': '/etc/haproxy/haproxy.cfg',
  'process:chronyd': '/etc/chrony.conf',
};

export const goodNext: VerifiedSpec = verified(2, nextSections(), QUICK);
export const badNext: VerifiedSpec = verified(2, nextSections(NEVER), QUICK_BAD);
export const refusedNext: VerifiedSpec = verified(2, nextSections({ content: { inline: 'refused\n' } }), QUICK);
/** Only this generation has the file, and nobody is there to be told of it, however often. */
export const untoldNext: VerifiedSpec = verified(2, untoldSections(), QUICK);
export const endlessNext: VerifiedSpec = verified(2, nextSections(NEVER), ENDLESS);
export const badThird: VerifiedSpec = verified(3, thirdSections(NEVER), QUICK_BAD);

/** One line a thing outside the agent's own folders; the nonce of a pod is left out. */
export async function hostPicture(node: EngineNode): Promise<readonly string[]> {
  const { createHash } = await import('node:crypto');
  const lines: string[] = [];
  const digester = () => {
    const hash = createHash('sha256');
    return { update: (bytes: Uint8Array) => void hash.update(bytes), finish: () => hash.digest('base64url') };
  };
  for await (const entry of node.fs.auditTree('/', digester, new AbortController().signal)) {
    if (entry.path.startsWith('/var/lib/keelson')) continue;
    let what = entry.target ?? entry.digest ?? '';
    if (entry.path.startsWith('/etc/kubernetes/manifests/') && entry.type === 'file')
      what = withoutNonce(await node.text(entry.path));
    lines.push(
      `${entry.path} ${entry.type} ${entry.type === 'link' ? '' : entry.mode.toString(8)} ${entry.uid}:${entry.gid} ${what}`,
    );
  }
  return lines;
}

function withoutNonce(manifest: string | null): string {
  const parsed = JSON.parse(manifest ?? '{}') as { metadata?: { annotations?: Record<string, string> } };
  for (const name of Object.keys(parsed.metadata?.annotations ?? {}))
    if (name.startsWith('keelson.dev/')) delete parsed.metadata?.annotations?.[name];
  if (Object.keys(parsed.metadata?.annotations ?? {}).length === 0) delete parsed.metadata?.annotations;
  return JSON.stringify(parsed);
}
