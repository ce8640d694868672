/** What a build leaves in the site: build/NAME.json, build/NAME.dsse.json, and build/MANIFEST.json that says what they are. */
import { isMap, type ValueMap } from './layer.ts';
import type { BundledFile } from './bundles.ts';

export const BUILD_FOLDER = 'build';
export const MANIFEST = `${BUILD_FOLDER}/MANIFEST.json`;

export interface ManifestNode {
  readonly series: string;
  readonly generation: number;
  /** `sha256:…` of the document, as it is signed. */
  readonly digest: string;
  readonly bytes: number;
  readonly signed: boolean;
  readonly files: readonly string[];
}

export interface Manifest {
  readonly nodes: Readonly<Record<string, ManifestNode>>;
  /** Bundled files by path. */
  readonly files: Readonly<Record<string, Pick<BundledFile, 'sha256' | 'bytes'>>>;
}

/** The flat document: the bytes that are signed, and a line feed. */
export function documentPath(node: string): string {
  return `${BUILD_FOLDER}/${node}.json`;
}

/** The document signed. */
export function envelopePath(node: string): string {
  return `${BUILD_FOLDER}/${node}.dsse.json`;
}

/** For people and their diffs. */
export function writeManifest({ nodes, files }: Manifest): Uint8Array {
  return Buffer.from(`${JSON.stringify({ format: 1, nodes, files }, null, 2)}\n`);
}

/** Names of nodes whose outputs a build made. One that cannot be read tells of none: then nothing is removed. */
export function nodesInManifest(bytes: Uint8Array | null): ReadonlySet<string> {
  return new Set(Object.keys(nodesIn(bytes)).filter((name) => /^[A-Za-z0-9][A-Za-z0-9.-]*$/u.test(name)));
}

/** By series the largest number that a build has written documents with. */
export function generationsInManifest(bytes: Uint8Array | null): ReadonlyMap<string, number> {
  const largest = new Map<string, number>();
  for (const node of Object.values(nodesIn(bytes))) {
    const { series, generation } = isMap(node) ? node : {};
    if (typeof series === 'string' && Number.isSafeInteger(generation))
      largest.set(series, Math.max(largest.get(series) ?? 0, generation as number));
  }
  return largest;
}

function nodesIn(bytes: Uint8Array | null): ValueMap {
  if (bytes === null) return {};
  try {
    const value = JSON.parse(Buffer.from(bytes).toString()) as unknown;
    const nodes = isMap(value) && value['format'] === 1 ? value['nodes'] : null;
    return isMap(nodes) ? nodes : {};
  } catch {
    return {};
  }
}
