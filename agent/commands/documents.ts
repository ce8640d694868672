/** Files that a person names on the command line; `-` is standard input. */
import { KeelsonError, type Reason } from '../base/errors.ts';
import { RefusedDocument } from '../sources/refused-document.ts';
import type { Invocation } from './invocation.ts';
import { readGiven } from './read-given.ts';

export interface GivenDocument {
  /** As shown in findings. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The whole document in memory. @throws where it cannot be read, or is larger than any document may be
 * (`read-given.ts`).
 */
export async function readDocument(file: string, { terminal, signal }: Invocation): Promise<GivenDocument> {
  if (file === '-') return { name: 'stdin', bytes: await terminal.readInput(signal) };
  return { name: file, bytes: await readGiven(file) };
}

/** As the sockets take it; the name is for the places of findings. */
export function asRequest(document: GivenDocument): { readonly document: string; readonly name: string } {
  return { document: Buffer.from(document.bytes).toString('base64'), name: document.name };
}

/** How places in what an envelope carries are named: no line of the envelope's own file is theirs. */
export function payloadOf({ name }: GivenDocument): string {
  return `payload of ${name}`;
}

/** What is wrong with a document, told with its name. */
function aboutDocument({ name }: GivenDocument, error: KeelsonError): Reason {
  const reason = error.toReason();
  return { ...reason, place: { file: name, ...reason.place } };
}

/** A failure to read a document as an envelope names the file. @throws RefusedDocument */
export function ofDocument<T>(document: GivenDocument, read: (bytes: Uint8Array) => T): T {
  try {
    return read(document.bytes);
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error;
    throw new RefusedDocument([aboutDocument(document, error)]);
  }
}
