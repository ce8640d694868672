/** `keelson sign FILE --key K`: a spec into an envelope, or one more signature on an envelope. Runs on a person's machine. */
import { readGiven } from './read-given.ts';
import { writeFile } from 'node:fs/promises';
import { parseDocument } from '../desired/document.ts';
import {
  addSignatures,
  jsonIn,
  looksLikeEnvelope,
  readEnvelope,
  signPayload,
  writeEnvelope,
  type Envelope,
} from '../verify/dsse.ts';
import { keyIdOf, parsePrivateKey } from '../verify/keys.ts';
import { ofDocument, readDocument, type GivenDocument } from './documents.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { findingsSum, findingsText } from './text/findings-text.ts';
import { judge } from './validate.ts';

export interface SignOptions {
  readonly key: readonly string[];
  readonly out?: string;
}

type PrivateKey = ReturnType<typeof parsePrivateKey>;

export async function sign(invocation: Invocation, file: string, options: SignOptions): Promise<ExitCode> {
  const { terminal } = invocation;
  const keys = await Promise.all(options.key.map(readKey));
  const given = await readDocument(file, invocation);
  const envelope = await signed(given, keys, invocation);
  if (envelope === null) return 1;
  const bytes = writeEnvelope(envelope);
  if (options.out === undefined) {
    terminal.print(Buffer.from(bytes).toString('utf8').trimEnd());
    return 0;
  }
  try {
    await writeFile(options.out, bytes);
  } catch (error) {
    throw cliError('KSN-CLI-002', `cannot write ${options.out}: ${(error as Error).message}`, { cause: error });
  }
  terminal.print(
    `${options.out}  signed by ${envelope.signatures.length}: ${keys.map((key) => keyIdOf(key).slice(0, 16)).join(', ')}`,
  );
  return 0;
}

/** Null: the document is refused, and everything that is wrong with it was printed. Nobody signs what no node takes. */
async function signed(
  given: GivenDocument,
  keys: readonly PrivateKey[],
  { terminal }: Invocation,
): Promise<Envelope | null> {
  const envelope = ofDocument(given, (bytes) => {
    const json = jsonIn(bytes);
    return looksLikeEnvelope(json) ? readEnvelope(json) : null;
  });
  if (envelope !== null) return addSignatures(envelope, keys);
  const findings = await judge(given);
  const parsed = parseDocument(given.bytes, { file: given.name });
  if (findings.length > 0 || parsed.findings !== undefined) {
    terminal.warn([...findingsText(findings, terminal.palette), findingsSum(findings)]);
    return null;
  }
  return signPayload(Buffer.from(JSON.stringify(parsed.document.value)), keys);
}

async function readKey(file: string): Promise<PrivateKey> {
  return parsePrivateKey(Buffer.from(await readGiven(file)).toString('utf8'));
}
