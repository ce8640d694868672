/** An accepted envelope from the agent's own store, at start: keys may be gone since, the spec still runs. */
import { parseDocument } from '../desired/document.ts';
import { headOf } from '../desired/head.ts';
import type { NodeSpec } from '../desired/node-spec.ts';
import type { SpecChecker } from '../desired/spec-checker.ts';
import { checkDocument } from '../desired/validate.ts';
import { bug, type Reason } from '../base/errors.ts';
import type { ExpandContext } from '../resources/kind.ts';
import { digestOf, jsonIn, looksLikeEnvelope, readEnvelope } from './dsse.ts';
import { errorOf } from '../desired/findings.ts';
import { verifyError } from './errors.ts';

/**
 * The spec in the bytes whose digest the journal knows. `context` has the facts of its accept. Without a checker it is
 * read as it stands: this very agent has checked these bytes before.
 * @throws KSN-VERIFY-016 for other bytes; the first finding where this agent cannot read the spec.
 */
export function reloadSpec(
  envelope: Uint8Array,
  digest: string,
  checker: SpecChecker | null,
  context: ExpandContext,
): NodeSpec {
  const json = jsonIn(envelope);
  const signed = looksLikeEnvelope(json);
  const payload = signed ? readEnvelope(json).payload : envelope;
  const found = digestOf(payload);
  if (found !== digest) throw verifyError('KSN-VERIFY-016', `the stored bytes are ${found}, not ${digest}`);
  const parsed = parseDocument(payload, signed ? { format: 'json' } : {});
  if (parsed.findings !== undefined) throw firstOf(parsed.findings);
  if (checker === null) return headOf(parsed.document.value, context.facts);
  const { spec, findings } = checkDocument(parsed.document, checker, context);
  if (spec !== null) return spec;
  throw firstOf(findings);
}

function firstOf(findings: readonly Reason[]): Error {
  return findings[0] === undefined ? bug('a spec without findings is no spec') : errorOf(findings[0]);
}
