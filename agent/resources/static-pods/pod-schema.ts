/** The Pod schema as data: generated from kubernetes-models (packaging/generate-pod-schema.ts), strict by construction. */
import generated from './pod-schema.json' with { type: 'json' };

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string' | 'quantity';

/** A value that has no parts; `allowed`: nothing else may stand there. */
export interface ScalarNode {
  readonly scalar: ScalarType;
  readonly format?: string;
  readonly allowed?: readonly string[];
}

export type SchemaNode =
  | { readonly ref: string }
  | { readonly fields: Readonly<Record<string, SchemaNode>>; readonly required?: readonly string[] }
  | { readonly map: SchemaNode }
  | { readonly array: SchemaNode }
  | ScalarNode
  | { readonly any: true };

/** A Pod: one root, equal objects written once and referred to by name. */
export interface PodSchema {
  readonly root: SchemaNode;
  readonly definitions: Readonly<Record<string, SchemaNode>>;
}

export const POD_SCHEMA = generated as PodSchema;
