/** `keelson validate FILE…`: everything that is wrong with documents and layers, at once. Needs neither agent nor root. */
import { statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { KeelsonError, type Reason } from '../base/errors.ts';
import { parseDocument } from '../desired/document.ts';
import { AUTHORING_KEYS } from '../desired/node-spec-schema.ts';
import { SpecChecker } from '../desired/spec-checker.ts';
import { validateDocument } from '../desired/validate.ts';
import { kinds } from '../resources/registry.ts';
import { jsonIn, looksLikeEnvelope, readEnvelope } from '../verify/dsse.ts';
import { ofDocument, payloadOf, readDocument, type GivenDocument } from './documents.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { anyNode, policyFindings } from './judge-documents.ts';
import { siteOf, withNodes } from './site-folder.ts';
import { dataText, type Output } from './text/data.ts';
import { findingsSum, findingsText } from './text/findings-text.ts';
import { counted } from '../base/words.ts';

export interface ValidateOptions {
  readonly output: Output;
}

/** Exit 1 where anything is wrong with any of them. */
export async function validate(
  invocation: Invocation,
  files: readonly string[],
  options: ValidateOptions,
): Promise<ExitCode> {
  const { terminal } = invocation;
  const findings: Reason[] = [];
  /** Layers by site: each site is read once. Null: all of it. */
  const sites = new Map<string, Set<string> | null>();
  let documents = 0;
  for (const file of files) {
    const layer = await layerOf(file, invocation);
    if (layer === null) {
      findings.push(...(await findingsOf(file, invocation)));
      documents += 1;
    } else if (layer.path === null) sites.set(layer.site, null);
    else if (sites.get(layer.site) !== null)
      sites.set(layer.site, (sites.get(layer.site) ?? new Set()).add(layer.path));
  }
  const layers = { nodes: 0, layers: 0 };
  for (const [site, targets] of sites) {
    const { validateLayers } = await import('./validate-layers.ts');
    const judged = await validateLayers(site, targets === null ? null : [...targets]);
    findings.push(...(options.output === 'table' ? withNodes(judged.findings) : judged.findings));
    layers.nodes += judged.nodes;
    layers.layers += judged.layers;
  }
  if (options.output !== 'table') terminal.print(await dataText({ findings }, options.output));
  else if (findings.length > 0) terminal.print([...findingsText(findings, terminal.palette), findingsSum(findings)]);
  else terminal.print(valid(documents, layers));
  return findings.length > 0 ? 1 : 0;
}

/** "2 documents valid.", "1 layer valid, and 2 nodes with it." */
function valid(documents: number, { layers, nodes }: { readonly layers: number; readonly nodes: number }): string {
  const what = [
    ...(documents > 0 ? [counted(documents, 'document')] : []),
    ...(layers > 0 ? [counted(layers, 'layer')] : []),
    ...(nodes > 0 ? [counted(nodes, 'node')] : []),
  ];
  return `${what.join(', ')} valid.`;
}

/** The site of a layer and its path there; null: it is a document by itself, or nobody can tell. */
async function layerOf(
  file: string,
  invocation: Invocation,
): Promise<{ readonly site: string; readonly path: string | null } | null> {
  if (file === '-') return null;
  if (isFolder(file)) return { site: resolve(file), path: null };
  const site = siteOf(file);
  let document: GivenDocument;
  try {
    document = await readDocument(file, invocation);
  } catch {
    // Why it cannot be read is told where documents are.
    return null;
  }
  const parsed = parseDocument(document.bytes, { file });
  const { value } = parsed.document ?? parsed.legible ?? {};
  if (typeof value !== 'object' || value === null || looksLikeEnvelope(value)) return null;
  const { metadata } = value as { readonly metadata?: { readonly generation?: unknown } | null };
  const isLayer = AUTHORING_KEYS.some((key) => Object.hasOwn(value, key));
  if (!isLayer && (site === null || metadata?.generation !== undefined)) return null;
  const folder = site ?? resolve(file, '..');
  return { site: folder, path: relative(folder, resolve(file)) };
}

/** Where nobody may look, it is none: why it cannot be read is told where documents are. */
function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}

/** A file that cannot be read is one more thing that is wrong: the others are judged all the same. */
async function findingsOf(file: string, invocation: Invocation): Promise<readonly Reason[]> {
  try {
    return await judge(await readDocument(file, invocation));
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error;
    return 'findings' in error ? (error.findings as readonly Reason[]) : [error.toReason()];
  }
}

/** Of an envelope its payload is judged, as a node reads it; who signed it is for `keelson verify`. */
export async function judge(given: GivenDocument): Promise<readonly Reason[]> {
  const envelope = ofDocument(given, (bytes) => {
    const json = jsonIn(bytes);
    return looksLikeEnvelope(json) ? readEnvelope(json) : null;
  });
  const checker = await SpecChecker.of(kinds);
  const options = { checker, settings: anyNode, beyond: policyFindings };
  const { findings } =
    envelope === null
      ? validateDocument(given.bytes, { file: given.name, ...options })
      : validateDocument(envelope.payload, { file: payloadOf(given), format: 'json', ...options });
  return findings;
}
