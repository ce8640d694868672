/** A document's bytes → a NodeSpec, or everything that is wrong with it, each with its place and remedy. */
import { createHmac } from 'node:crypto';
import type { Reason } from '../base/errors.ts';
import type { ExpandContext, Fingerprint, KindSettings } from '../resources/kind.ts';
import { parseDocument, type Format } from './document.ts';
import { specError } from './errors.ts';
import type { Facts } from './facts.ts';
import { LIMITS } from './limits.ts';
import type { SourceDocument } from './source-text.ts';
import { NOTHING_LEGIBLE, type Checked, type SpecChecker } from './spec-checker.ts';
import { SAMPLE_FACTS } from './substitute.ts';

export interface ValidateOptions {
  /** Named in findings. */
  readonly file?: string;
  readonly format?: Format;
  readonly checker: SpecChecker;
  readonly settings: KindSettings;
  /** Without: the spec is judged with facts of the right shape, for no node in particular. */
  readonly facts?: Facts;
  /** What else is held against it; its findings have pointers. */
  readonly beyond?: (checked: Checked) => readonly Reason[];
}

/** For people's machines, where no node key is; a node checks with {@link checkDocument}. */
export function validateDocument(bytes: Uint8Array, options: ValidateOptions): Checked {
  const parsed = parseDocument(bytes, options);
  const document = parsed.document ?? parsed.legible;
  if (document === undefined)
    return { spec: null, items: [], legible: NOTHING_LEGIBLE, findings: parsed.findings ?? [] };
  const context: ExpandContext = {
    facts: options.facts ?? SAMPLE_FACTS,
    settings: options.settings,
    fingerprint: passingFingerprint,
  };
  const checked = options.checker.check(document.value, context);
  const all = [...checked.findings, ...(options.beyond?.(checked) ?? [])];
  const findings = inDocument(all, document, options.file);
  if (parsed.findings === undefined) return { ...checked, findings };
  return { ...checked, spec: null, items: [], findings: inOrder([...parsed.findings, ...findings]) };
}

/** The same of a value that never was one text: its findings have pointers, and who made it knows the places. */
export function judgeValue(value: unknown, checker: SpecChecker, settings: KindSettings): Checked {
  const context: ExpandContext = { facts: SAMPLE_FACTS, settings, fingerprint: passingFingerprint };
  const checked = checker.check(value, context);
  return { ...checked, findings: withoutRepeats(checked.findings) };
}

/** The check of a document that is parsed already; findings in the order of the document, at most a hundred. */
export function checkDocument(
  document: SourceDocument,
  checker: SpecChecker,
  context: ExpandContext,
  file?: string,
): Checked {
  const checked = checker.check(document.value, context);
  return { ...checked, findings: inDocument(checked.findings, document, file) };
}

/** Findings that have pointers, with their lines: in the order of the document, none twice, at most a hundred. */
export function inDocument(findings: readonly Reason[], document: SourceDocument, file?: string): readonly Reason[] {
  if (findings.length === 0) return [];
  const all = inOrder(withoutRepeats(findings).map((reason) => withPlace(reason, document, file)));
  if (all.length <= LIMITS.findings) return all;
  const more = specError('KSN-SPEC-013', 'and more faults', {
    remedy: 'Correct these first.',
  });
  return [...all.slice(0, LIMITS.findings), more.toReason()];
}

function inOrder(findings: readonly Reason[]): readonly Reason[] {
  return findings.toSorted(
    ({ place: a }, { place: b }) => (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0),
  );
}

function withPlace(reason: Reason, document: SourceDocument, file: string | undefined): Reason {
  const pointer = reason.place?.pointer ?? '';
  return {
    ...reason,
    place: { ...reason.place, ...(file !== undefined && { file }), ...document.locate(pointer), pointer },
  };
}

/** A reference in the head breaks the pattern of its field too; the cause is told, not the symptom. */
function withoutRepeats(findings: readonly Reason[]): readonly Reason[] {
  const references = new Set(findings.filter(({ code }) => code === 'KSN-SPEC-026').map(({ place }) => place?.pointer));
  const seen = new Set<string>();
  return findings.filter(({ code, message, place }) => {
    if (code !== 'KSN-SPEC-026' && references.has(place?.pointer)) return false;
    const key = JSON.stringify([code, message, place?.pointer]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Tells bytes apart while a document is judged, and goes nowhere. */
function passingFingerprint(bytes: Uint8Array): Fingerprint {
  return `hmac:${createHmac('sha256', 'keelson validate').update(bytes).digest('base64url')}`;
}
