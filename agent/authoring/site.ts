/** A site as a whole: its nodes, each with its document, and everything that is wrong with any of them. */
import { posix } from 'node:path';
import type { Place, Reason } from '../base/errors.ts';
import type { ProcessorTime } from '../base/processor-time.ts';
import { counted } from '../base/words.ts';
import { parseDocument } from '../desired/document.ts';
import type { SpecCode } from '../desired/errors.ts';
import { LIMITS } from '../desired/limits.ts';
import type { AnyKind } from '../resources/kind.ts';
import { assemble, type Assembled } from './assemble.ts';
import { Bundles } from './bundles.ts';
import { reasonAt, SiteFindings } from './findings.ts';
import { LayerStore, type LoadedLayer } from './layer-store.ts';
import { Patterns } from './patterns.ts';
import type { SiteFiles } from './site-files.ts';

export const NODES = 'nodes';
/** With room for `.NAME.dsse.json.new~` in the 255 bytes of a name. */
const nodeFile = /^(?<name>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,237}[A-Za-z0-9])?)\.(?:yaml|yml|json)$/u;

/** Where a node's own layer lies. */
export interface NodeFile {
  readonly name: string;
  readonly path: string;
}

export interface ReadSite {
  readonly files: SiteFiles;
  readonly kinds: readonly AnyKind[];
  /** Judges a flat document: its findings have pointers. Absent: the documents are not judged. */
  readonly judge: (document: Assembled) => readonly Reason[];
  /** By which patterns that take too long are ended. */
  readonly processorTime: ProcessorTime;
}

/** Nodes by what lies in nodes/; what there is no layer of a node is told. */
export async function nodesOf(files: SiteFiles, findings: SiteFindings): Promise<readonly NodeFile[]> {
  if ((await files.fs.lstat(`/${NODES}`))?.type === 'link')
    findings.add(reasonAt('KSN-BUILD-003', `${NODES} is a symbolic link`, { file: NODES }));
  const names = await files.list(NODES);
  const nodes: NodeFile[] = [];
  for (const file of names) {
    if (file.startsWith('.') || file.startsWith('README')) continue;
    const path = posix.join(NODES, file);
    const name = nodeFile.exec(file)?.groups?.['name'];
    const twin = nodes.find((other) => other.name === name);
    // The names of what a build writes.
    if (name === undefined || name.endsWith('.dsse') || name === 'MANIFEST')
      findings.add(reasonAt('KSN-BUILD-018', `${path} is no layer of a node`, { file: path }));
    else if (twin !== undefined)
      findings.add(reasonAt('KSN-BUILD-018', `${path} and ${twin.path} are of one node`, { file: path }));
    else nodes.push({ name, path });
  }
  return nodes;
}

/** Every node, or those that `only` chooses; each layer and each bundled file is read once for all. */
export class SiteReader {
  readonly findings = new SiteFindings();
  readonly store: LayerStore;
  readonly #bundles: Bundles;
  readonly #patterns: Patterns;
  readonly #options: ReadSite;
  readonly #values = new Map<string, ValueUse>();
  readonly #missing = new Map<string, Missing>();

  constructor(options: ReadSite) {
    this.#options = options;
    this.store = new LayerStore(options.files);
    this.#bundles = new Bundles(options.files);
    this.#patterns = new Patterns(options.processorTime);
  }

  /** Null: its layer cannot be read. `name` null: a layer alone, for no node. */
  async assemble(path: string, name: string | null): Promise<Assembled | null> {
    const { layer, findings }: LoadedLayer = await this.store.load(path);
    const nodes = name === null ? [] : [name];
    for (const reason of findings) this.findings.add(reason, ...nodes);
    if (layer === null) return null;
    const assembled = await assemble(layer, name, this.#options.kinds, this.#bundles, this.#patterns);
    const made = [layer, ...layer.below, ...assembled.files];
    if (name !== null) for (const file of made) this.findings.note(file.path, name);
    for (const reason of assembled.findings) this.findings.add(reason, ...nodes);
    this.#noteVariables(assembled, name);
    return assembled;
  }

  /** What the checks of the document say, at the places of the layers. */
  judge(assembled: Assembled, name: string | null): void {
    // What is missing may stand in what could not be read.
    if (assembled.layer.broken) return;
    const nodes = name === null ? [] : [name];
    for (const reason of this.#options.judge(assembled)) {
      const pointer = reason.place?.pointer ?? '';
      if (assembled.isTold(reason.code, pointer)) continue;
      this.findings.add({ ...reason, place: assembled.place(pointer) }, ...nodes);
    }
  }

  /** What only shows when all nodes are known: values that nobody uses, and variables that some lack. */
  finish(): void {
    for (const { name, place, nodes, incomplete, declared, used, meant } of this.#values.values()) {
      if (!declared && !incomplete)
        this.findings.add(reasonAt('KSN-BUILD-010', `no layer declares 'vars.${name}'${meant}`, place), ...nodes);
      else if (declared && !used && !incomplete)
        this.findings.add(reasonAt('KSN-BUILD-011', `nothing uses vars.${name}`, place), ...nodes);
    }
    for (const { name, place, nodes, files } of this.#missing.values()) {
      const message = `vars.${name} has no value for ${listed(nodes)}`;
      const remedy = files.length === 0 ? {} : { remedy: `set it in ${listed(files)}` };
      this.findings.add(reasonAt('KSN-SPEC-022', message, place, remedy), ...nodes);
    }
  }

  #noteVariables({ variables, incomplete, layer }: Assembled, node: string | null): void {
    for (const { name, place } of variables.given) {
      const key = JSON.stringify([name, place]);
      const known = this.#values.get(key) ?? {
        name,
        place,
        nodes: [],
        incomplete: false,
        declared: false,
        used: false,
        meant: variables.meant(name),
      };
      if (node !== null) known.nodes.push(node);
      known.incomplete ||= incomplete;
      known.declared ||= variables.isDeclared(name);
      known.used ||= variables.isUsed(name);
      this.#values.set(key, known);
    }
    // A layer alone is judged with stand-ins: its nodes will have the values.
    for (const { name, place } of node === null ? [] : variables.missing) {
      const key = JSON.stringify([name, place]);
      const known = this.#missing.get(key) ?? { name, place, nodes: [], files: [] };
      known.nodes.push(node as string);
      known.files.push(layer.path);
      this.#missing.set(key, known);
    }
  }
}

interface ValueUse {
  readonly name: string;
  readonly place: Place;
  readonly nodes: string[];
  incomplete: boolean;
  declared: boolean;
  used: boolean;
  readonly meant: string;
}

interface Missing {
  readonly name: string;
  readonly place: Place;
  readonly nodes: string[];
  readonly files: string[];
}

/** "lb-a", "lb-a and lb-b", "lb-a, lb-b and 3 more". */
export function listed(names: readonly string[]): string {
  const sorted = names.toSorted();
  if (sorted.length <= 3)
    return sorted.length < 2 ? sorted.join('') : `${sorted.slice(0, -1).join(', ')} and ${sorted.at(-1)}`;
  return `${sorted.slice(0, 2).join(', ')} and ${sorted.length - 2} more`;
}

/** As a node reads the bytes, before it looks at what they say: too large, too deep, too many values. */
export function refusedAsText(assembled: Assembled, payload: Uint8Array): readonly Reason[] {
  if (payload.length > LIMITS.bytes) return [tooLarge(assembled, payload.length)];
  const { findings = [] } = parseDocument(payload, { format: 'json' });
  return findings.map(({ code, message }) => reasonAt(code as SpecCode, message, assembled.layer.place('')));
}

function tooLarge(assembled: Assembled, bytes: number): Reason {
  const largest = assembled.files.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
  const words = largest.map((file) => `${file.path} (${file.bytes})`).join(', ');
  const message = `the document has ${counted(bytes, 'byte')}; a node accepts ${LIMITS.bytes}`;
  return reasonAt('KSN-SPEC-003', message, assembled.layer.place(''), {
    remedy: `Bring what is large to the node by another way${words === '' ? '' : `; the largest files are ${words}`}.`,
  });
}
