/** A small site in memory, and what a build makes of it. */
import { buildSite, type BuildOptions, type SiteBuild } from '../../agent/authoring/build-site.ts';
import { writeOutputs } from '../../agent/authoring/write-outputs.ts';
import type { SiteFinding } from '../../agent/authoring/findings.ts';
import { judgeDocuments } from '../../agent/commands/judge-documents.ts';
import { processorTime } from '../../agent/base/processor-time.ts';
import { kinds } from '../../agent/resources/registry.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { plant, type Thing, type Tree } from '../support/tree.ts';

export type SiteTree = Readonly<Record<string, string | Thing>>;

export const judge = await judgeDocuments();

/** A layer that a node extends needs a series; this one has it, and nothing else. */
export const HEAD = 'metadata: { series: lb }\n';

export interface MemorySite {
  readonly machine: MemoryHost;
  readonly fs: FileSystem & AsyncDisposable;
}

/** Paths of the site; texts are files. */
export async function memorySite(tree: SiteTree, machine = new MemoryHost()): Promise<MemorySite> {
  const fs = await openRoot(machine.primitives, { ids: 'as-is' });
  await put(fs, tree);
  return { machine, fs };
}

export async function put(fs: FileSystem, tree: SiteTree): Promise<void> {
  const things = Object.entries(tree).map(([path, thing]): [string, Thing] => [
    `/${path}`,
    typeof thing === 'string' ? { file: thing } : thing,
  ]);
  await plant(fs, Object.fromEntries(things) as Tree);
}

export function buildIn(fs: FileSystem, more: Partial<BuildOptions> = {}): Promise<SiteBuild> {
  return buildSite({ fs, kinds, judge, processorTime, ...more });
}

/** Written too. Throws what is wrong with the site. */
export async function built(
  fs: FileSystem,
  more: Partial<BuildOptions> = {},
): Promise<Exclude<SiteBuild, { readonly findings: unknown }>> {
  const result = await buildIn(fs, more);
  if (result.findings !== undefined) throw new Error(result.findings.map(told).join('\n'));
  await writeOutputs(result.outputs, fs);
  return result;
}

export async function findingsOf(tree: SiteTree): Promise<readonly SiteFinding[]> {
  const { fs } = await memorySite(tree);
  return (await buildIn(fs)).findings ?? [];
}

/** "roles/lb.yaml:3:5 KSN-BUILD-006" */
export function told({ code, place, message }: Pick<SiteFinding, 'code' | 'place' | 'message'>): string {
  const at = [place?.file, place?.line, place?.column].filter((part) => part !== undefined).join(':');
  return `${at} ${code} ${message}`;
}

export async function text(fs: FileSystem, path: string): Promise<string | null> {
  const entry = await fs.lstat(`/${path}`);
  return entry?.type === 'file' ? Buffer.from(await fs.read(`/${path}`)).toString() : null;
}
