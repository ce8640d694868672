/** A root on the real disk, looked at from outside: by plain file calls, and by nothing of the agent but its journal's reader. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { scanFrames } from '../../../agent/apply/frames.ts';
import { replay, type Reading } from '../../../agent/apply/replay.ts';
import { PROGRAM_VERSION } from '../../../agent/commands/program-version.ts';
import { kinds } from '../../../agent/resources/registry.ts';
import { documentOf, FOUND, SERVICES, type Places, type Variant } from './generations.ts';

const STATE = 'var/lib/keelson';
const SPECS = 'etc/keelson/specs.d';
/** The agent's own, and what the test tells it. */
const APART = new Set(['var/lib/keelson', 'run/keelson', 'run/motd.d', 'run/issue.d', 'etc/keelson']);
const TEMPORARY = /^\.keelson-.*~$/u;

export interface EffectRun {
  readonly id: string;
  readonly service: string;
  readonly told: string;
}

export class FiredRoot implements Places {
  readonly root: string;
  readonly effects: string;

  /** Made in `folder`, which exists. */
  constructor(folder: string) {
    this.root = join(folder, 'root');
    this.effects = join(folder, 'effects.log');
    mkdirSync(join(this.root, SPECS), { recursive: true });
    for (const path of ['etc/keelson/config.d', 'run', 'var/lib'])
      mkdirSync(join(this.root, path), { recursive: true });
    writeFileSync(
      join(this.root, 'etc/keelson/config.d/10-kill.yaml'),
      'trust: { allowUnsigned: [kill] }\ndrift: { settleZero: [/etc/stable] }\n',
    );
    for (const [path, content] of Object.entries(FOUND)) {
      mkdirSync(dirname(this.#at(path)), { recursive: true });
      writeFileSync(this.#at(path), content);
    }
  }

  /** As a delivery would: whole, under its name at once; the older ones go. */
  publish(generation: number, variant: Variant, deadline?: string): void {
    const folder = join(this.root, SPECS);
    const older = readdirSync(folder);
    writeFileSync(join(folder, '.next'), documentOf(generation, variant, this, deadline));
    // With the times of its source: an agent that starts just now takes it as well, without waiting whether it grows.
    utimesSync(join(folder, '.next'), 0, 0);
    renameSync(join(folder, '.next'), join(folder, `kill-${generation}.json`));
    for (const name of older) unlinkSync(join(folder, name));
  }

  /** Somebody's hand: content, mode, gone, or something else in its place. */
  edit(path: string, how: 'append' | 'mode' | 'remove' | 'replace'): void {
    const at = this.#at(path);
    if (!existsSync(at)) return;
    if (how === 'append') appendFileSync(at, '# a hand\n');
    else if (how === 'mode') chmodSync(at, 0o666);
    else unlinkSync(at);
    if (how === 'replace') symlinkSync('/etc/passwd', at);
  }

  /** A new boot: abnormal ends of another do not count. */
  forgetEnds(): void {
    rmSync(join(this.root, STATE, 'running'), { force: true });
  }

  /** One line a thing; of pods what the agent notes for itself is left out. */
  picture(): readonly string[] {
    return [...this.#walk('')].filter(({ apart }) => !apart).map(({ path }) => this.#line(path));
  }

  temporaries(): readonly string[] {
    return [...this.#walk('')].map(({ path }) => path).filter((path) => TEMPORARY.test(path.replace(/^.*\//u, '')));
  }

  /** As a start would read it. */
  journal(): Reading & { readonly torn: boolean; readonly corrupt: boolean } {
    const file = join(this.root, STATE, 'journal');
    const scan = scanFrames(existsSync(file) ? readFileSync(file) : new Uint8Array());
    const versions = Object.fromEntries(kinds.map((kind) => [kind.name, kind.stateVersion]));
    const reading = replay(scan, { agent: PROGRAM_VERSION, kinds: versions });
    return { ...reading, torn: scan.tail.is === 'torn', corrupt: scan.tail.is === 'corrupt' };
  }

  effectRuns(): readonly EffectRun[] {
    if (!existsSync(this.effects)) return [];
    return readFileSync(this.effects, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [id = '', service = '', told = ''] = line.split('|');
        return { id, service, told };
      });
  }

  /** Whose service was last told something else than lies there now. */
  servicesBehind(): readonly string[] {
    const last = new Map(this.effectRuns().map(({ service, told }) => [service, told]));
    return SERVICES.flatMap((path) => {
      const now = existsSync(this.#at(path)) ? readFileSync(this.#at(path), 'utf8').trim() : 'gone';
      const told = last.get(path) ?? 'gone';
      return told === now ? [] : [`${path} says '${now}', its service was told '${told}'`];
    });
  }

  sockets(): readonly string[] {
    const folder = join(this.root, 'run/keelson');
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sock')) : [];
  }

  #at(path: string): string {
    return join(this.root, path);
  }

  *#walk(folder: string, apart = false): Generator<{ readonly path: string; readonly apart: boolean }> {
    for (const name of readdirSync(join(this.root, folder)).toSorted()) {
      const path = join(folder, name);
      const inside = apart || APART.has(path);
      yield { path, apart: inside };
      if (lstatSync(join(this.root, path)).isDirectory()) yield* this.#walk(path, inside);
    }
  }

  #line(path: string): string {
    const at = join(this.root, path);
    const stat = lstatSync(at);
    if (stat.isSymbolicLink()) return `/${path} -> ${readlinkSync(at)}`;
    const owner = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
    if (!stat.isFile()) return `/${path} ${stat.isDirectory() ? 'directory' : 'other'} ${owner}`;
    const content = readFileSync(at, 'utf8');
    const known = path.startsWith('etc/kubernetes/manifests/') ? withoutOurNotes(content) : content;
    return `/${path} file ${owner} ${createHash('sha256').update(known).digest('base64url')}`;
  }
}

function withoutOurNotes(manifest: string): string {
  const pod = JSON.parse(manifest) as { metadata: { annotations?: Record<string, string> } };
  const kept = Object.entries(pod.metadata.annotations ?? {}).filter(([name]) => !name.startsWith('keelson.dev/'));
  return JSON.stringify({ ...pod, metadata: { ...pod.metadata, annotations: Object.fromEntries(kept) } });
}
