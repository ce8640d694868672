/** `keelson validate FILE…`: everything that is wrong with documents, at once. Needs neither agent nor root. */
import { KeelsonError, type Reason } from '../base/errors.ts';
import { SpecChecker } from '../desired/spec-checker.ts';
import { validateDocument } from '../desired/validate.ts';
import { kinds } from '../resources/registry.ts';
import { jsonIn, looksLikeEnvelope, readEnvelope } from '../verify/dsse.ts';
import { ofDocument, readDocument, type GivenDocument } from './documents.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { dataText, type Output } from './text/data.ts';
import { findingsSum, findingsText } from './text/findings-text.ts';
import { counted } from '../base/words.ts';

export interface ValidateOptions {
  readonly output: Output;
}

/** Where kubelet's own documentation puts manifests; a node may say otherwise, and judges for itself again. */
const anyNode = { manifestFolder: '/etc/kubernetes/manifests', foreignManifests: 'report' } as const;

/** Exit 1 where anything is wrong with any of them. */
export async function validate(
  invocation: Invocation,
  files: readonly string[],
  options: ValidateOptions,
): Promise<ExitCode> {
  const { terminal } = invocation;
  const findings: Reason[] = [];
  for (const file of files) findings.push(...(await findingsOf(file, invocation)));
  if (options.output !== 'table') terminal.print(await dataText({ findings }, options.output));
  else if (findings.length > 0) terminal.print([...findingsText(findings, terminal.palette), findingsSum(findings)]);
  else terminal.print(`${counted(files.length, 'document')} valid.`);
  return findings.length > 0 ? 1 : 0;
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

/** Of an envelope its payload is judged, under the name of the envelope; who signed it is for `keelson verify`. */
export async function judge(document: GivenDocument): Promise<readonly Reason[]> {
  const { name } = document;
  const payload = ofDocument(document, (bytes) => {
    const json = jsonIn(bytes);
    return looksLikeEnvelope(json) ? readEnvelope(json).payload : bytes;
  });
  return validateDocument(payload, { file: name, checker: await SpecChecker.of(kinds), settings: anyNode }).findings;
}
