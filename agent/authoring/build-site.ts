/** A site → stamped documents, and what has to be written for them. Nothing is written here. */
import type { Reason } from '../base/errors.ts';
import type { ProcessorTime } from '../base/processor-time.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import type { AnyKind } from '../resources/kind.ts';
import type { Assembled } from './assemble.ts';
import { canonicalJson } from './canonical-json.ts';
import { buildError } from './errors.ts';
import { documentChanges, type ResourceChange } from './document-diff.ts';
import type { SiteFinding } from './findings.ts';
import { isMap, type ValueMap } from './layer.ts';
import {
  documentPath,
  envelopePath,
  generationsInManifest,
  MANIFEST,
  nodesInManifest,
  writeManifest,
  type ManifestNode,
} from './outputs.ts';
import { NODES, nodesOf, refusedAsText, SiteReader } from './site.ts';
import { SiteFiles } from './site-files.ts';
import { atLeast, nextStamps, readStamps, sha256, STATE_FILE, writeStamps } from './stamps.ts';

/** One document that would be written, or is there already. */
export interface Built {
  readonly node: string;
  readonly series: string;
  readonly generation: number;
  /** The bytes that are signed. */
  readonly payload: Uint8Array;
  readonly document: ValueMap;
  /** Of the last build; null: there is none that can be read. */
  readonly previous: ValueMap | null;
  readonly changes: readonly ResourceChange[];
}

/** A file of the site as it is to be; null: gone. In the order in which they are to be written. */
export interface Output {
  readonly path: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

export type SiteBuild =
  | { readonly findings: readonly SiteFinding[]; readonly built?: undefined; readonly outputs?: undefined }
  | {
      readonly built: readonly Built[];
      readonly outputs: readonly Output[];
      /** Paths of the site: what the documents are made of. */
      readonly read: readonly string[];
      readonly findings?: undefined;
    };

export interface BuildOptions {
  /** Its root is the site. */
  readonly fs: ReadFileSystem;
  readonly kinds: readonly AnyKind[];
  readonly judge: (document: ValueMap) => readonly Reason[];
  readonly processorTime: ProcessorTime;
  /** Every series has this generation, and generations.json stays as it is. */
  readonly generation?: number;
  /** Bytes of the largest output. */
  readonly largest?: number;
  /** The payload signed; what an earlier build or other people signed is handed in and may be kept. Null: there is none to be. */
  readonly sign?: (payload: Uint8Array, before: Uint8Array | null) => Uint8Array | null;
}

/** Of what a build leaves for the next one. */
const largest = 64 * 2 ** 20;

/** @throws KSN-BUILD-001, KSN-BUILD-019, KSN-BUILD-024 */
export async function buildSite(options: BuildOptions): Promise<SiteBuild> {
  const { fs, kinds, judge, processorTime, generation } = options;
  const files = new SiteFiles(fs);
  const stampBytes = await readState(fs);
  const before = atLeast(readStamps(stampBytes), generationsInManifest(await readIfThere(fs, MANIFEST)));
  const documents = new Map<string, ValueMap>();
  const reader = new SiteReader({
    files,
    kinds,
    processorTime,
    judge: ({ node }) => judge(documents.get(node) ?? {}),
  });
  const assembled: Assembled[] = [];
  const nodes = await nodesOf(files, reader.findings);
  if (nodes.length === 0 && reader.findings.all().length === 0)
    throw buildError('KSN-BUILD-001', `there is nothing in ${NODES}/ to build`);
  for (const { name, path } of nodes) {
    const one = await reader.assemble(path, name);
    if (one !== null) assembled.push(one);
  }
  const unstamped = assembled.flatMap(({ node, document }) => {
    const series = seriesOf(document);
    return series === null ? [] : [{ node, series, sha256: sha256(canonicalJson(document)) }];
  });
  const stamps = nextStamps(before, unstamped);
  const payloads = new Map<string, Uint8Array>();
  for (const one of assembled) {
    const stamped = withGeneration(one.document, generation ?? stamps[seriesOf(one.document) ?? '']?.generation ?? 1);
    documents.set(one.node, stamped);
    reader.judge(one, one.node);
    const payload = Buffer.from(canonicalJson(stamped));
    payloads.set(one.node, payload);
    for (const reason of refusedAsText(one, payload)) reader.findings.add(reason, one.node);
  }
  reader.finish();
  const findings = reader.findings.all();
  if (findings.length > 0) return { findings };
  const built = await Promise.all(
    assembled.map(({ node }) =>
      builtOf(node, documents.get(node) ?? {}, payloads.get(node) ?? new Uint8Array(), options),
    ),
  );
  const state: readonly Output[] =
    generation === undefined ? [{ path: STATE_FILE, before: stampBytes, after: writeStamps(stamps) }] : [];
  const outputs = [...state, ...(await outputsOf(built, assembled, options))];
  for (const { path, after } of outputs) refuseTooLarge(path, after?.length ?? 0, options.largest ?? largest);
  return { built, outputs, read: files.readPaths };
}

/** The next build must be able to read what this one writes. */
function refuseTooLarge(path: string, bytes: number, limit: number): void {
  if (bytes > limit)
    throw buildError('KSN-BUILD-024', `${path} would have ${bytes} bytes, and a build reads at most ${limit}`);
}

/** As it would be judged and shown, for one node or layer. */
export function withGeneration(document: ValueMap, generation: number): ValueMap {
  const { metadata } = document;
  return isMap(metadata) ? { ...document, metadata: { ...metadata, generation } } : document;
}

function seriesOf({ metadata }: ValueMap): string | null {
  const series = isMap(metadata) ? metadata['series'] : undefined;
  return typeof series === 'string' && series !== '__proto__' ? series : null;
}

async function builtOf(
  node: string,
  document: ValueMap,
  payload: Uint8Array,
  { fs, kinds }: BuildOptions,
): Promise<Built> {
  const previous = documentIn(await readIfThere(fs, documentPath(node)));
  const { metadata } = document;
  return {
    node,
    series: seriesOf(document) ?? '',
    generation: isMap(metadata) ? Number(metadata['generation']) : 1,
    payload,
    document,
    previous,
    changes: documentChanges(previous, document, kinds),
  };
}

function documentIn(bytes: Uint8Array | null): ValueMap | null {
  try {
    const value = JSON.parse(Buffer.from(bytes ?? '').toString()) as unknown;
    return isMap(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * What build made stands in the manifest before it is there and until it is gone, so that a build that ended in
 * between leaves nothing of which nobody knows whose it is.
 */
async function outputsOf(
  built: readonly Built[],
  assembled: readonly Assembled[],
  { fs, sign }: BuildOptions,
): Promise<readonly Output[]> {
  const old = await readIfThere(fs, MANIFEST);
  const known = nodesInManifest(old);
  const outputs: Output[] = [];
  const nodes: Record<string, ManifestNode> = {};
  for (const { node, series, generation, payload } of built) {
    const path = documentPath(node);
    outputs.push({ path, before: await readIfThere(fs, path), after: Buffer.concat([payload, Buffer.from('\n')]) });
    const envelope = await readIfThere(fs, envelopePath(node));
    const signed = sign?.(payload, envelope) ?? null;
    outputs.push({ path: envelopePath(node), before: envelope, after: signed });
    const files = assembled.find((one) => one.node === node)?.files ?? [];
    nodes[node] = {
      series,
      generation,
      digest: `sha256:${sha256(payload)}`,
      bytes: payload.length,
      signed: signed !== null,
      files: [...new Set(files.map((file) => file.path))].toSorted(),
    };
  }
  const gone = [...known].flatMap((name) =>
    Object.hasOwn(nodes, name) ? [] : [documentPath(name), envelopePath(name)],
  );
  for (const path of gone) outputs.push({ path, before: await readIfThere(fs, path), after: null });
  const bundled = assembled.flatMap(({ files }) => files).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const files = Object.fromEntries(bundled.map(({ path, sha256: hash, bytes }) => [path, { sha256: hash, bytes }]));
  const after = writeManifest({ nodes, files });
  const isNews = built.some(({ node }) => !known.has(node));
  const between = isNews && old !== null ? writeManifest({ nodes: { ...manifestNodes(old), ...nodes }, files }) : after;
  return [
    ...(isNews ? [{ path: MANIFEST, before: old, after: between }] : []),
    ...outputs,
    { path: MANIFEST, before: isNews ? between : old, after },
  ];
}

function manifestNodes(bytes: Uint8Array): Record<string, ManifestNode> {
  return ((documentIn(bytes) ?? {})['nodes'] ?? {}) as Record<string, ManifestNode>;
}

/** A state that is there and no file is not none: its numbers would be given out again. */
async function readState(fs: ReadFileSystem): Promise<Uint8Array | null> {
  const entry = await fs.lstat(`/${STATE_FILE}`);
  if (entry !== null && entry.type !== 'file')
    throw buildError('KSN-BUILD-019', `${STATE_FILE} is no regular file`, { place: { file: STATE_FILE } });
  return readIfThere(fs, STATE_FILE);
}

async function readIfThere(fs: ReadFileSystem, path: string): Promise<Uint8Array | null> {
  const entry = await fs.lstat(`/${path}`);
  return entry?.type === 'file' ? fs.read(`/${path}`, largest) : null;
}
