/**
 * `make picture`: draws docs/pictures/rooms.svg, the picture in ARCHITECTURE.md, from what dependency-cruiser finds in
 * the sources. `bin/node packaging/draw-rooms.ts FILE` draws it somewhere else.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layeredPicture, type Arrow, type Box } from './layered-picture.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const houses = ['agent', 'hostfs', 'selinux', 'gpu', 'coordinator', 'proto'].filter((name) => existsSync(root + name));

/** What each room is for; a room without words is not drawn but asked about. */
const words: Readonly<Record<string, string>> = {
  'agent/main': 'argv, signals, exit code',
  'agent/compose': 'builds the daemon, in one place',
  'agent/commands': 'one file a command',
  'agent/authoring': 'layers → documents',
  'agent/control': 'the two local sockets',
  'agent/debug': 'page, metrics, health, over HTTP',
  'agent/sources': 'where specs come from',
  'agent/reconcile': 'two lanes, rollback, recovery',
  'agent/report': 'status and event log',
  'agent/health': 'gates, and how long they held',
  'agent/apply': 'journal, ledger, transactions',
  'agent/adopt': 'what is on a host → a spec',
  'agent/ignition': 'a first boot → what is still so',
  'agent/plan': 'what differs, in which order',
  'agent/verify': 'signatures, replay, policy',
  'agent/desired': 'the document and its items',
  'agent/resources': 'the contract of a kind',
  'agent/resources/…': kindNames(),
  'agent/host': 'programs, systemd, facts',
  'agent/config': 'drop-ins → settings',
  'agent/base': 'clock, errors, log',
  hostfs: 'a rooted file system',
};

const titles: Readonly<Record<string, string>> = {
  'agent/resources': 'resources/*.ts',
  'agent/resources/…': 'resources/*/',
};

interface Cruise {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string; readonly dependencyTypes: readonly string[] }[];
  }[];
}

const target = resolve(process.argv[2] ?? `${root}docs/pictures/rooms.svg`);
writeFileSync(target, layeredPicture(...graphOf(cruise())));

function cruise(): Cruise {
  const { stdout, stderr, error } = spawnSync(
    `${root}node_modules/.bin/depcruise`,
    ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...houses],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  // Its exit code counts broken rules, which are for `make check`.
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser failed: ${stderr}${error?.message ?? ''}`);
  return JSON.parse(stdout) as Cruise;
}

function graphOf({ modules }: Cruise): [readonly Box[], readonly Arrow[]] {
  const rooms = new Set<string>();
  const arrows = new Map<string, Arrow>();
  for (const { source, dependencies } of modules) {
    const from = roomOf(source);
    if (from === null) continue;
    rooms.add(from);
    for (const { resolved, dependencyTypes } of dependencies) {
      const to = roomOf(resolved);
      if (to === null || to === from) continue;
      const typesOnly = dependencyTypes.includes('type-only') && arrows.get(`${from} ${to}`)?.typesOnly !== false;
      arrows.set(`${from} ${to}`, { from, to, typesOnly });
    }
  }
  return [[...rooms].map(boxOf), [...arrows.values()]];
}

/** The kinds and their registry are one box beside the contract; files of agent/ itself are rooms of their own. */
function roomOf(path: string): string | null {
  const [house = '', room = '', ...rest] = path.split('/');
  if (!houses.includes(house)) return null;
  if (house !== 'agent') return house;
  if (room === 'resources')
    return rest.length > 1 || rest[0] === 'registry.ts' ? 'agent/resources/…' : 'agent/resources';
  if (/^compos(e|ition)[.]ts$/u.test(room)) return 'agent/compose';
  return `agent/${room.replace(/[.]ts$/u, '')}`;
}

function boxOf(id: string): Box {
  const about = words[id];
  if (about === undefined) throw new Error(`packaging/draw-rooms.ts does not say what ${id} is for`);
  return { id, title: titles[id] ?? id.replace('agent/', ''), words: about };
}

function kindNames(): string {
  const folders = readdirSync(`${root}agent/resources`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).toSorted();
  return names.join(', ').length <= 32 ? names.join(', ') : `${names.length} kinds, and their registry`;
}
