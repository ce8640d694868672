/** An accepted envelope from the agent's own store, at start: keys may be gone since, the spec still runs. */
import { parseDocument } from '../desired/document.ts';
import type { NodeSpec } from '../desired/node-spec.ts';
import type { SpecChecker } from '../desired/spec-checker.ts';
import { checkDocument } from '../desired/validate.ts';
import { bug } from '../base/errors.ts';
import type { ExpandContext } from '../resources/kind.ts';
import { jsonIn, looksLikeEnvelope, readEnvelope } from './dsse.ts';
import { errorOf } from '../desired/findings.ts';
import { verifyError } from './errors.ts';
import { digestOf } from './verify.ts';

/**
 * The spec in the bytes whose digest the journal knows. `context` has the facts of its accept.
 * @throws KSN-VERIFY-016 for other bytes; the first finding where this agent cannot read the spec.
 */
export function reloadSpec(
  envelope: Uint8Array,
  digest: string,
  checker: SpecChecker,
  context: ExpandContext,
): NodeSpec {
  const json = jsonIn(envelope);
  const signed = looksLikeEnvelope(json);
  const payload = signed ? readEnvelope(json).payload : envelope;
  const found = digestOf(payload);
  if (found !== digest) throw verifyError('KSN-VERIFY-016', `the stored bytes are ${found}, not ${digest}`);
  const parsed = parseDocument(payload, signed ? { format: 'json' } : {});
  const { spec, findings } =
    parsed.findings === undefined
      ? checkDocument(parsed.document, checker, context)
      : { spec: null, findings: parsed.findings };
  if (spec !== null) return spec;
  throw findings[0] === undefined ? bug('a spec without findings is no spec') : errorOf(findings[0]);
}
