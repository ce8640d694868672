/** Files that a person names on the command line; `-` is standard input. */
import { readGiven } from './read-given.ts';
import type { Terminal } from './terminal.ts';

export interface GivenDocument {
  /** As shown in findings. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export async function readDocument(file: string, terminal: Terminal): Promise<GivenDocument> {
  if (file === '-') return { name: 'stdin', bytes: await terminal.readInput() };
  return { name: file, bytes: await readGiven(file) };
}

export function asRequest(document: GivenDocument): { readonly document: string; readonly name: string } {
  return { document: Buffer.from(document.bytes).toString('base64'), name: document.name };
}
