/** `keelson verify FILE`: whether the trust roots accept an envelope, and who signed it. */
import { parseDocument } from '../desired/document.ts';
import { digestOf, jsonIn, readEnvelope } from '../verify/dsse.ts';
import { readIdentity } from '../verify/freshness.ts';
import { countSigners, signersOf } from '../verify/signers.ts';
import { readTrust, TRUST_FOLDERS, type Trust } from '../verify/trust-store.ts';
import { RefusedDocument } from '../sources/refused-document.ts';
import { ofDocument, payloadOf, readDocument, type GivenDocument } from './documents.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { openRootFolder } from './open-root.ts';
import { readConfig } from './settings.ts';
import { judge } from './validate.ts';
import { dataText, type Output } from './text/data.ts';
import { findingsText } from './text/findings-text.ts';

export interface VerifyOptions {
  readonly trust?: string;
  readonly output: Output;
}

/** Prints the identity, digest and signers of what is accepted. @throws RefusedDocument, with every reason */
export async function verify(invocation: Invocation, file: string, options: VerifyOptions): Promise<ExitCode> {
  const { terminal } = invocation;
  const { series, generation, digest, signers } = await acceptedBy(invocation, file, options.trust);
  const data = { series, generation, digest, signers };
  if (options.output !== 'table') terminal.print(await dataText(data, options.output));
  else terminal.print(`${data.series}/${data.generation}  signed by ${data.signers.join(', ')}  ${data.digest}`);
  return 0;
}

/** An envelope that the trust roots accept, and what it says. */
export interface AcceptedEnvelope {
  readonly given: GivenDocument;
  readonly document: unknown;
  readonly series: string;
  readonly generation: number | undefined;
  readonly digest: string;
  readonly signers: readonly string[];
}

/** By the trust roots of a folder, or those of the node. @throws RefusedDocument, with every reason */
export async function acceptedBy(
  invocation: Invocation,
  file: string,
  folder: string | undefined,
): Promise<AcceptedEnvelope> {
  const { clock } = invocation;
  const given = await readDocument(file, invocation);
  const envelope = ofDocument(given, (bytes) => readEnvelope(jsonIn(bytes)));
  const trust = await trustOf(invocation, folder);
  const signed = signersOf(envelope, trust);
  if (signed.refused !== undefined) throw new RefusedDocument(signed.refused);
  const parsed = parseDocument(envelope.payload, { file: payloadOf(given), format: 'json' });
  if (parsed.findings !== undefined) throw new RefusedDocument(parsed.findings);
  const identity = readIdentity(parsed.document.value);
  const counted = countSigners(signed.keys, identity?.series ?? '', trust, clock.now());
  const refused = [...(counted.refused ?? []), ...(await judge(given))];
  if (refused.length > 0) throw new RefusedDocument(refused);
  return {
    given,
    document: parsed.document.value,
    series: identity?.series ?? '',
    generation: identity?.generation,
    digest: digestOf(envelope.payload),
    signers: (counted.keys ?? []).map(({ name }) => name),
  };
}

/** Those of the node, or of a folder that is named; what is wrong with some does not hide the others. */
async function trustOf({ terminal, global }: Invocation, folder: string | undefined): Promise<Trust> {
  const { fs } = await openRootFolder(folder ?? global.root);
  await using _ = fs;
  if (folder !== undefined) {
    const { trust, findings } = await readTrust(fs, ['/'], { threshold: 1, bySeries: {} });
    terminal.warn(findingsText(findings, terminal.palette));
    return trust;
  }
  const { threshold, seriesThreshold } = (await readConfig(fs, global)).settings.trust;
  const { trust, findings } = await readTrust(fs, TRUST_FOLDERS, { threshold, bySeries: seriesThreshold });
  terminal.warn(findingsText(findings, terminal.palette));
  return trust;
}
