import { stringify } from 'yaml';

/** A value as people write it, in lines. */
export function yamlLines(value: unknown): string[] {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd().split('\n');
}
