/** A signed spec → the Ignition config of a first boot after which the agent has nothing left to change. */
import { parseMode } from '../desired/shared-fields.ts';
import type { Named } from './config.ts';

/** Sections of a NodeSpec, as they stand in its document. */
export type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface FirstBoot {
  readonly series: string;
  readonly sections: Sections;
  /** The document as it goes to the node. */
  readonly envelope: Uint8Array;
  /** Trust roots: names in trust.d, and what they hold. */
  readonly trust: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

export interface RenderedConfig {
  readonly config: Rendered;
  /** What the agent brings by itself, with the reason why Ignition cannot. */
  readonly left: readonly { readonly element: string; readonly why: string }[];
}

export interface Rendered {
  readonly ignition: { readonly version: '3.4.0' | '3.6.0' };
  readonly storage: {
    readonly directories: readonly RenderedNode[];
    readonly files: readonly (RenderedNode & { readonly contents: { readonly source: string } })[];
    readonly links: readonly (RenderedNode & { readonly target: string })[];
  };
  readonly systemd: { readonly units: readonly { readonly name: string; readonly enabled: true }[] };
}

interface RenderedNode {
  readonly path: string;
  readonly overwrite?: true;
  readonly mode?: number;
  readonly user?: Named;
  readonly group?: Named;
}

interface RawPath {
  readonly content?: { readonly inline?: string; readonly base64?: string; readonly facts?: true };
  readonly target?: string;
  readonly mode?: string;
  readonly owner?: string | number;
  readonly group?: string | number;
  readonly label?: string;
}

/** Of a spec that is valid. What is there already is replaced, as the agent would do it; a folder keeps what is in it. */
export function renderConfig({ series, sections, envelope, trust }: FirstBoot): RenderedConfig {
  const left: { readonly element: string; readonly why: string }[] = [];
  const taken = (section: string, prefix: string): readonly (readonly [string, RawPath])[] =>
    Object.entries(sections[section] ?? {}).flatMap(([path, raw]) => {
      const why = whyLeft(raw as RawPath);
      if (why !== null) left.push({ element: `${prefix}:${path}`, why });
      return why === null ? [[path, raw as RawPath] as const] : [];
    });
  const directories = taken('directories', 'directory').map(([path, raw]) => ({ path, ...attributes(raw, 0o755) }));
  const files = taken('files', 'file').map(([path, raw]) => ({
    path,
    overwrite: true as const,
    ...attributes(raw, 0o644),
    contents: { source: sourceOf(bytesOf(raw)) },
  }));
  const links = taken('links', 'link').map(([path, { target = '' }]) => ({
    path,
    overwrite: true as const,
    user: { id: 0 },
    group: { id: 0 },
    target,
  }));
  for (const name of Object.keys(sections).filter((section) => !['files', 'directories', 'links'].includes(section)))
    for (const key of Object.keys(sections[name] ?? {}))
      left.push({ element: `${name}:${key}`, why: 'what it becomes is made on the node' });
  const own = [...directories, ...files].some(({ mode }) => mode > 0o777);
  const config: Rendered = {
    // Bits above 0777 are not set before 3.6.0.
    ignition: { version: own ? '3.6.0' : '3.4.0' },
    storage: {
      directories: [...directories, ...folders.filter(({ path }) => !directories.some((each) => each.path === path))],
      files: [
        ...files,
        ...trust.map(({ name, bytes }) => agentFile(`/etc/keelson/trust.d/${name}`, 0o644, bytes)),
        agentFile(`/etc/keelson/specs.d/${series}.dsse.json`, 0o600, envelope),
      ],
      links,
    },
    systemd: { units: ['keelson.service', 'keelson-guards.service'].map((name) => ({ name, enabled: true })) },
  };
  return { config, left };
}

/** As the tmpfiles.d of the package has them. */
const folders = [
  { path: '/etc/keelson/trust.d', mode: 0o755, user: { id: 0 }, group: { id: 0 } },
  { path: '/etc/keelson/specs.d', mode: 0o750, user: { id: 0 }, group: { id: 0 } },
];

function whyLeft({ content, target = '', label, owner = 0, group = 0 }: RawPath): string | null {
  const isOfNode = content?.facts === true || [target, owner, group].some((value) => String(value).includes('${'));
  if (isOfNode) return 'it depends on facts of the node';
  return label === undefined ? null : 'Ignition labels by the policy of the host, and the spec names a label';
}

function attributes(
  { mode, owner = 0, group = 0 }: RawPath,
  usual: number,
): Required<Omit<RenderedNode, 'path' | 'overwrite'>> {
  return { mode: parseMode(mode ?? '') ?? usual, user: named(owner), group: named(group) };
}

function named(who: string | number): Named {
  return /^\d+$/u.test(String(who)) ? { id: Number(who) } : { name: String(who) };
}

function bytesOf({ content = {} }: RawPath): Uint8Array {
  return content.base64 === undefined ? Buffer.from(content.inline ?? '') : Buffer.from(content.base64, 'base64');
}

function agentFile(path: string, mode: number, bytes: Uint8Array) {
  return {
    path,
    overwrite: true as const,
    mode,
    user: { id: 0 },
    group: { id: 0 },
    contents: { source: sourceOf(bytes) },
  };
}

function sourceOf(bytes: Uint8Array): string {
  return `data:;base64,${Buffer.from(bytes).toString('base64')}`;
}

/** The same for `butane`, of the variant of Fedora CoreOS. */
export function asButane({ ignition, ...rest }: Rendered): object {
  return { variant: 'fcos', version: ignition.version === '3.6.0' ? '1.7.0' : '1.5.0', ...rest };
}
