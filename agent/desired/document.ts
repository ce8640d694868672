/** Bytes → one plain value that knows where each of its parts stands. Never throws, whatever the bytes. */
import type { Place, Reason } from '../base/errors.ts';
import { specError, type SpecCode } from './errors.ts';
import { readJson } from './json-text.ts';
import { LIMITS } from './limits.ts';
import type { ReadText, SourceDocument } from './source-text.ts';
import { readYaml } from './yaml-text.ts';

export type Format = 'json' | 'yaml';

export type ParsedDocument =
  | { readonly document: SourceDocument; readonly findings?: undefined; readonly legible?: undefined }
  | {
      readonly document?: undefined;
      readonly findings: readonly Reason[];
      /** For telling what else is wrong; never to be acted on. */
      readonly legible?: SourceDocument;
    };

/** Without a format: by the file's name, else JSON when it is JSON, else YAML. */
export function parseDocument(
  bytes: Uint8Array,
  options: { readonly file?: string; readonly format?: Format } = {},
): ParsedDocument {
  const { file } = options;
  const fail = (code: SpecCode, message: string, place: Place = {}): { readonly findings: readonly Reason[] } => ({
    findings: [specError(code, message, { place: { ...(file !== undefined && { file }), ...place } }).toReason()],
  });
  if (bytes.length > LIMITS.bytes) {
    return fail('KSN-SPEC-003', `the document has ${bytes.length} bytes; a node accepts ${LIMITS.bytes}`);
  }
  const text = decode(bytes);
  if (text === null) return fail('KSN-SPEC-001', 'the document is not UTF-8 text');
  const read = readAs(text, options.format ?? formatByName(file));
  if (read.document !== undefined) return { document: read.document };
  return {
    ...(read.legible !== undefined && { legible: read.legible }),
    findings: read.faults.map(({ code, message, remedy, line, column, pointer }) => {
      const place = { ...(file !== undefined && { file }), line, column, ...(pointer !== undefined && { pointer }) };
      return specError(code, message, { place, ...(remedy !== undefined && { remedy }) }).toReason();
    }),
  };
}

function readAs(text: string, format: Format | undefined): ReadText {
  if (format === 'json') return readJson(text);
  if (format === undefined && /^\s*\{/.test(text)) {
    const read = readJson(text);
    const isJson = read.faults === undefined || read.faults.every(({ code }) => code !== 'KSN-SPEC-002');
    if (isJson) return read;
  }
  return readYaml(text);
}

function formatByName(file: string | undefined): Format | undefined {
  if (file?.endsWith('.json') === true) return 'json';
  return file !== undefined && /\.ya?ml$/.test(file) ? 'yaml' : undefined;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
