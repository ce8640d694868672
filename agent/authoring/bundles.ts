/** What `from:` names, read and parsed once for all nodes, and turned into what each node gets. */
import { createHash } from 'node:crypto';
import type { Place, Reason } from '../base/errors.ts';
import { typeOf } from '../desired/schema-words.ts';
import { readYaml } from '../desired/yaml-text.ts';
import type { BundleSupport } from '../resources/kind.ts';
import { reasonAt } from './findings.ts';
import { escaped, resolveVars, type Resolving } from './references.ts';
import { sitePath, type FileFault, type SiteFiles } from './site-files.ts';
import { Template } from './template.ts';
import type { Variables } from './variables.ts';

/** A file of the site that went into a document. */
export interface BundledFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What becomes of a resource: `value` under `field`, and where its parts stand. */
export interface Bundled {
  readonly file: BundledFile;
  readonly value: unknown;
  readonly findings: readonly Reason[];
  /** Pointers within the value at which something stands for a value that is missing. */
  readonly standIns: readonly string[];
  /** `pointer` is within the value. */
  place(pointer: string): Place;
}

interface Source {
  readonly file: BundledFile;
  readonly bytes: Uint8Array;
  /** Null: not UTF-8. */
  readonly text: string | null;
  readonly template: Template | null;
}

/** Of one site; each file is read, and each template and manifest parsed, once. */
export class Bundles {
  readonly #files: SiteFiles;
  readonly #sources = new Map<string, Source>();
  readonly #values = new Map<string, ReturnType<NonNullable<BundleSupport['read']>>>();
  readonly #texts = new Map<string, ReturnType<typeof readYaml>>();

  constructor(files: SiteFiles) {
    this.#files = files;
  }

  /** The fault is of the entry that names the file; what is wrong within the file is in the findings. */
  async bundle(
    from: string,
    template: boolean,
    support: BundleSupport,
    variables: Variables,
  ): Promise<Bundled | { readonly fault: FileFault }> {
    const target = sitePath('', from);
    if ('fault' in target) return target;
    const { path } = target;
    const read = await this.#files.read(path);
    if (read.fault !== undefined) return { fault: read.fault };
    const source = this.#source(path, read.bytes);
    const { file } = source;
    const findings: Reason[] = [];
    if (template && source.template === null)
      findings.push(reasonAt('KSN-BUILD-016', `the template ${path} is not UTF-8 text`, { file: path }));
    const used = template ? source.template : null;
    const resolved = used?.resolve(variables);
    const forgotten = template ? [] : (source.template?.forgotten(variables) ?? []);
    for (const { code, message, at, remedy } of [...(used?.faults ?? []), ...(resolved?.faults ?? []), ...forgotten])
      findings.push(reasonAt(code, message, { file: path, ...at }, remedy === undefined ? {} : { remedy }));
    if (support.read !== undefined) return this.#value(source, support.read, template ? variables : null, findings);
    return {
      file,
      findings,
      standIns: [],
      value: contentOf(source, resolved),
      place: () => ({ file: path, line: 1, column: 1 }),
    };
  }

  /** Parsed before it is resolved: no variable can change the form of what is read, and a number stays one. */
  #value(
    { file, bytes, text }: Source,
    read: NonNullable<BundleSupport['read']>,
    variables: Variables | null,
    findings: Reason[],
  ): Bundled {
    const { path } = file;
    const place = (pointer: string): Place => ({ file: path, ...this.#document(path, text)?.locate(pointer) });
    let parsed = this.#values.get(path);
    if (parsed === undefined) this.#values.set(path, (parsed = read(bytes)));
    if (parsed.reasons !== undefined) {
      findings.push(...parsed.reasons.map((reason) => ({ ...reason, place: { file: path, ...reason.place } })));
      return { file, findings, standIns: [], value: undefined, place };
    }
    // What a reference is wrong with was told by its exact place already.
    const standIns: string[] = [];
    const told: Resolving = {
      // But where texts come together only shows in the values.
      fault: (code, message, pointer) => {
        if (code !== 'KSN-BUILD-023' || findings.some((finding) => finding.code === code)) return;
        findings.push(reasonAt(code, message, place(pointer)));
      },
      standIn: (pointer) => void standIns.push(pointer),
    };
    const value = variables === null ? escaped(parsed.value) : resolveVars(parsed.value, '', variables, told);
    return { file, findings, standIns, value, place };
  }

  #document(path: string, text: string | null) {
    let read = this.#texts.get(path);
    if (read === undefined) this.#texts.set(path, (read = readYaml(text ?? '')));
    return read.document;
  }

  #source(path: string, bytes: Uint8Array): Source {
    const known = this.#sources.get(path);
    if (known !== undefined) return known;
    const text = decode(bytes);
    const file = { path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
    const source = { file, bytes, text, template: text === null ? null : new Template(text) };
    this.#sources.set(path, source);
    return source;
  }
}

function contentOf({ bytes, text }: Source, resolved: { readonly text: string; readonly facts: boolean } | undefined) {
  if (resolved !== undefined) return inlineContent(resolved);
  return text === null ? { base64: Buffer.from(bytes).toString('base64') } : { inline: text };
}

/** `content` of a resolved template. */
export function inlineContent({ text, facts }: { readonly text: string; readonly facts: boolean }) {
  return { inline: text, ...(facts && { facts: true }) };
}

/** Null where the bytes would not come back from the text. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** "expected the path of a file, found a list" */
export function notAPath(value: unknown): string {
  return `expected the path of a file in the site, found ${typeOf(value)}`;
}
