/**
 * Bytes from any source → a VerifiedSpec, or why not. In this order, so that a compromised transport gets
 * nothing done by what it sends:
 *
 *  1. size, envelope form, payload type, payload size: nothing is decoded beyond its limit
 *  2. signatures over the raw bytes: nobody looks into a payload that no trusted key has signed
 *  3. the payload as JSON within limits; its series
 *  4. enough distinct keys, bound to that series and in force
 *  5. the replay guard of the series; notAfter, selector, version of the agent
 *  6. schema and kinds, and local policy over everything that the spec declares as far as it can be read: all findings
 *     at once
 *
 * A plain document takes the place of 1–4 only where the configuration allows its series unsigned, by name.
 */
import { KeelsonError, type Reason } from '../base/errors.ts';
import type { Instant } from '../base/clock.ts';
import { parseDocument } from '../desired/document.ts';
import type { SourceDocument } from '../desired/source-text.ts';
import type { Checked, Legible, SpecChecker } from '../desired/spec-checker.ts';
import { inDocument } from '../desired/validate.ts';
import { oneOf, quoted } from '../base/words.ts';
import type { ExpandContext } from '../resources/kind.ts';
import { digestOf, jsonIn, looksLikeEnvelope, readEnvelope } from './dsse.ts';
import { verifyError } from './errors.ts';
import { freshnessReasons, readIdentity } from './freshness.ts';
import { checkPolicy, type LocalPolicy } from './local-policy.ts';
import { decide, type Newest } from './replay-guard.ts';
import { withPointers } from './place-of-element.ts';
import { matchesAny } from './series-pattern.ts';
import { countSigners, signersOf } from './signers.ts';
import type { Trust } from './trust-store.ts';
import type { SpecIdentity, VerifiedSpec } from './verified-spec.ts';

export interface VerifyContext extends ExpandContext {
  /** Where the bytes came from: `folder:/etc/keelson/specs.d/lb.json`, `control`. */
  readonly source: string;
  /** Named in findings of plain documents. */
  readonly file?: string;
  readonly trust: Trust;
  /** The newest accepted spec of a series, from the journal. */
  readonly guard: (series: string) => Newest | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly policy: LocalPolicy;
  readonly now: Instant;
  readonly agentVersion: string;
  readonly checker: SpecChecker;
  /** Patterns of series that may come unsigned. */
  readonly allowUnsigned: readonly string[];
}

export type Verification =
  | {
      readonly verified: VerifiedSpec;
      readonly content: Content;
      /** It was accepted before: nothing is to be done. */
      readonly already: boolean;
      readonly refused?: undefined;
    }
  | {
      readonly refused: readonly Reason[];
      /** There where what it says was judged. */
      readonly content?: Content;
      readonly verified?: undefined;
    };

/** What a document declares, as far as it can be read, facts resolved; for {@link checkResolvedPaths}. */
export interface Content extends Legible {
  /** Everything that is wrong with it, with what is found beyond, by its element, in the order of the document. */
  findingsWith(more: readonly Reason[]): readonly Reason[];
}

/** What it takes to know who stands for a payload. */
export type AuthenticateContext = Pick<VerifyContext, 'trust' | 'now' | 'allowUnsigned' | 'file'>;

/** A payload that somebody stands for. */
interface Authentic {
  readonly payload: Uint8Array;
  readonly document: SourceDocument;
  readonly signers: readonly string[];
}

type Authentication =
  | Authentic
  | { readonly refused: readonly Reason[] }
  /** Without a series nobody is bound to it; the schema says what is wrong with the head. */
  | { readonly unbound: SourceDocument; readonly file?: string | undefined };

/** Never throws for what the document says: every reason is in the result, with its place where the file is known. */
export function verifySpec(bytes: Uint8Array, context: VerifyContext): Verification {
  try {
    const authentic = authenticate(bytes, context);
    if ('refused' in authentic) return authentic;
    if ('unbound' in authentic) return refusal(read(authentic.unbound, context, authentic.file).content);
    return judge(bytes, authentic, context);
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error;
    const reason = error.toReason();
    return {
      refused: [context.file === undefined ? reason : { ...reason, place: { file: context.file, ...reason.place } }],
    };
  }
}

/** A document that was accepted before, by steps 1 to 5. Null: it is none, or {@link verifySpec} has something to say. */
export function recognise(
  bytes: Uint8Array,
  context: AuthenticateContext & Pick<VerifyContext, 'guard'>,
): (SpecIdentity & Pick<VerifiedSpec, 'signers'>) | null {
  try {
    const authentic = authenticate(bytes, context);
    if (!('payload' in authentic)) return null;
    const { series, generation } = readIdentity(authentic.document.value) ?? {};
    if (series === undefined || generation === undefined) return null;
    const identity = { series, generation, digest: digestOf(authentic.payload) };
    return decide(identity, context.guard(series)).is === 'already'
      ? { ...identity, signers: authentic.signers }
      : null;
  } catch (error) {
    if (error instanceof KeelsonError) return null;
    throw error;
  }
}

function authenticate(bytes: Uint8Array, context: AuthenticateContext): Authentication {
  const json = jsonIn(bytes);
  if (!looksLikeEnvelope(json)) return takeUnsigned(bytes, context);
  const envelope = readEnvelope(json);
  const signed = signersOf(envelope, context.trust);
  if (signed.refused !== undefined) return signed;
  const parsed = parseDocument(envelope.payload, { format: 'json' });
  if (parsed.findings !== undefined) return { refused: parsed.findings };
  const series = readIdentity(parsed.document.value)?.series;
  if (series === undefined) return { unbound: parsed.document };
  const counted = countSigners(signed.keys, series, context.trust, context.now);
  if (counted.refused !== undefined) return counted;
  return { payload: envelope.payload, document: parsed.document, signers: counted.keys.map(({ name }) => name) };
}

function takeUnsigned(bytes: Uint8Array, { allowUnsigned, file }: AuthenticateContext): Authentication {
  if (allowUnsigned.length === 0) throw verifyError('KSN-VERIFY-015', 'the spec is not signed');
  const parsed = parseDocument(bytes, file === undefined ? {} : { file });
  if (parsed.findings !== undefined) return { refused: parsed.findings };
  const series = readIdentity(parsed.document.value)?.series;
  if (series === undefined) return { unbound: parsed.document, file };
  if (!matchesAny(series, allowUnsigned)) {
    throw verifyError(
      'KSN-VERIFY-015',
      `the spec is not signed, and its series is ${quoted(series)}; unsigned may come ${oneOf(allowUnsigned)}`,
      { element: series },
    );
  }
  return { payload: bytes, document: parsed.document, signers: [] };
}

function judge(envelope: Uint8Array, { payload, document, signers }: Authentic, context: VerifyContext): Verification {
  const { facts, file, source } = context;
  const identity = readIdentity(document.value);
  if (identity?.generation === undefined) return refusal(read(document, context, file).content);
  const digest = digestOf(payload);
  const { series, generation } = identity;
  const guard = decide({ series, generation, digest }, context.guard(series));
  const already = guard.is === 'already';
  const stale = already
    ? []
    : [...(guard.is === 'refused' ? [guard.reason] : []), ...freshnessReasons(identity, context)];
  if (stale.length > 0) return { refused: stale };
  const { spec, content } = read(document, context, file);
  if (spec === null || content.findingsWith([]).length > 0) return refusal(content);
  const checkedBy = context.agentVersion;
  return {
    verified: { series, generation, digest, spec, facts, signers, source, envelope, checkedBy },
    content,
    already,
  };
}

function read(
  document: SourceDocument,
  context: VerifyContext,
  file: string | undefined,
): Pick<Checked, 'spec'> & { readonly content: Content } {
  const { checker, policy } = context;
  const { spec, legible, findings } = checker.check(document.value, context);
  const against = checkPolicy(legible.items, legible, checker.kinds, policy);
  const findingsWith: Content['findingsWith'] = (more) =>
    inDocument([...findings, ...withPointers([...against, ...more], checker.kinds)], document, file);
  return { spec, content: { ...legible, findingsWith } };
}

function refusal(content: Content): Verification {
  return { refused: content.findingsWith([]), content };
}
