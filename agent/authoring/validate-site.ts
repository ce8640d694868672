/** Layers judged as what becomes of them: the nodes that are made of them, or, where there are none yet, with stand-ins. */
import { posix } from 'node:path';
import type { Reason } from '../base/errors.ts';
import type { ProcessorTime } from '../base/processor-time.ts';
import type { AnyKind } from '../resources/kind.ts';
import type { Assembled } from './assemble.ts';
import { withGeneration } from './build-site.ts';
import { buildError } from './errors.ts';
import type { SiteFinding } from './findings.ts';
import { isMap, type ValueMap } from './layer.ts';
import { nodesOf, refusedAsText, SiteReader, type NodeFile } from './site.ts';
import type { SiteFiles } from './site-files.ts';
import { canonicalJson } from './canonical-json.ts';

export interface SiteValidation {
  readonly files: SiteFiles;
  readonly kinds: readonly AnyKind[];
  readonly judge: (document: ValueMap) => readonly Reason[];
  readonly processorTime: ProcessorTime;
}

/** What may stand in a nearer layer: a resource that is depended on, or told of changes. */
const elsewhere = new Set(['KSN-SPEC-018', 'KSN-SPEC-037']);

/** `targets`: layers as paths of the site; null: everything that lies in it. */
export async function validateSite(
  options: SiteValidation,
  targets: readonly string[] | null,
): Promise<{ readonly findings: readonly SiteFinding[]; readonly nodes: number; readonly layers: number }> {
  const { files, kinds, judge, processorTime } = options;
  const alone = new Set<Assembled>();
  const reader = new SiteReader({
    files,
    kinds,
    processorTime,
    judge: (assembled) =>
      alone.has(assembled)
        ? judge(standIn(assembled.document)).filter(({ code }) => !elsewhere.has(code))
        : judge(withGeneration(assembled.document, Number.MAX_SAFE_INTEGER)),
  });
  const nodes = await nodesOf(files, reader.findings);
  const wanted = targets ?? (await layersIn(files));
  if (nodes.length === 0 && wanted.length === 0)
    throw buildError('KSN-BUILD-001', 'there are no layers here, neither in nodes/ nor in roles/');
  const made = await nodesWith(reader, nodes, targets === null ? null : new Set(wanted));
  for (const { name, path } of made.nodes) {
    const assembled = await reader.assemble(path, name);
    if (assembled === null) continue;
    reader.judge(assembled, name);
    const payload = Buffer.from(canonicalJson(assembled.document));
    for (const reason of refusedAsText(assembled, payload)) reader.findings.add(reason, name);
  }
  for (const path of wanted) {
    if (made.covered.has(path)) continue;
    const assembled = await reader.assemble(path, null);
    if (assembled === null) continue;
    alone.add(assembled);
    reader.judge(assembled, null);
  }
  reader.finish();
  return { findings: reader.findings.all(), nodes: made.nodes.length, layers: wanted.length };
}

/** The nodes that any of the layers goes into, and the layers that these nodes are made of. */
async function nodesWith(
  reader: SiteReader,
  nodes: readonly NodeFile[],
  wanted: ReadonlySet<string> | null,
): Promise<{ readonly nodes: readonly NodeFile[]; readonly covered: ReadonlySet<string> }> {
  const covered = new Set<string>();
  const chosen: NodeFile[] = [];
  for (const node of nodes) {
    const { layer } = await reader.store.load(node.path);
    const paths = [node.path, ...[...(layer?.below ?? [])].map(({ path }) => path)];
    if (wanted !== null && !paths.some((path) => wanted.has(path))) continue;
    chosen.push(node);
    for (const path of paths) covered.add(path);
  }
  return { nodes: chosen, covered };
}

/** Beside the nodes: layers at the top, and those in roles/. */
async function layersIn(files: SiteFiles): Promise<readonly string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const name of await files.list(folder)) {
      if (name.startsWith('.')) continue;
      const path = posix.join(folder, name);
      if (/\.ya?ml$/u.test(name)) found.push(path);
      else await walk(path);
    }
  };
  await walk('roles');
  const top = (await files.fs.list('/')).filter((name) => /^[^.].*\.ya?ml$/u.test(name));
  return [...top, ...found];
}

/** The head that its nodes will have. */
function standIn(document: ValueMap): ValueMap {
  const { metadata, spec } = document;
  return {
    ...document,
    metadata:
      isMap(metadata) || metadata === undefined
        ? { series: 'layer', ...metadata, generation: Number.MAX_SAFE_INTEGER }
        : metadata,
    spec: spec ?? {},
  };
}
