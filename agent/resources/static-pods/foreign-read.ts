/** Reads a foreign manifest the way kubelet would, only to say what it is. Nothing of it is trusted or quoted. */
import { parseAllDocuments } from 'yaml';
import { isObject, objectAt, textAt, type Json } from './json.ts';
import { isDnsLabel, isDnsName } from './names.ts';
import { DEFAULT_NAMESPACE } from './check-pod.ts';

export type ReadForeign = { readonly pod: string } | { readonly malformed: string };

export function readForeign(bytes: Uint8Array): ReadForeign {
  const value = firstDocument(bytes);
  if ('malformed' in value) return value;
  if (!isObject(value.json)) return { malformed: 'it is not an object' };
  if (value.json['kind'] !== 'Pod' || value.json['apiVersion'] !== 'v1') return { malformed: 'it is not a Pod of v1' };
  const metadata = objectAt(value.json, 'metadata');
  const name = textAt(metadata, 'name') ?? '';
  const namespace = textAt(metadata, 'namespace') || DEFAULT_NAMESPACE;
  if (!isDnsName(name) || !isDnsLabel(namespace)) return { malformed: 'its name or namespace is not valid' };
  return { pod: `${namespace}/${name}` };
}

function firstDocument(bytes: Uint8Array): { readonly json: Json } | { readonly malformed: string } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const documents = parseAllDocuments(text, {
      version: '1.1',
      uniqueKeys: false,
      prettyErrors: true,
      logLevel: 'error',
    });
    const first = Array.isArray(documents) ? documents[0] : undefined;
    if (first === undefined) return { malformed: 'it is empty' };
    const [error] = first.errors;
    if (error !== undefined) {
      const at = error.linePos?.[0];
      return { malformed: at === undefined ? 'it is no YAML' : `it is no YAML (line ${at.line}, column ${at.col})` };
    }
    return { json: first.toJS({ maxAliasCount: 100 }) as Json };
  } catch {
    // Not UTF-8, nested beyond the stack, or aliases without end.
    return { malformed: 'it cannot be read as YAML' };
  }
}
