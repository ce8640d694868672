/** A kind whose items are paths, made of what is its own: its schema and what a section of the spec means. */
import { outlineFields } from '../desired/shared-fields.ts';
import type { Item, Kind, KindName } from './kind.ts';
import { applyPath } from './path-apply.ts';
import { describePath } from './path-describe.ts';
import { keyFindings, pathClaim, pathKey } from './path-key.ts';
import { observePaths } from './path-observe.ts';
import { planPaths } from './path-plan.ts';
import { probePath } from './path-probe.ts';
import { isBetween } from './path-progress.ts';
import { stagePath } from './path-stage.ts';
import { samePath, type PathSpec, type PathState } from './path-state.ts';
import { watchPaths } from './path-watch.ts';

type PathKind<Spec> = Kind<Spec, PathState>;

/** What a kind of paths has of its own; the rest of the contract is the same for all. */
export interface PathKindParts<Spec> extends Pick<
  PathKind<Spec>,
  'name' | 'prefix' | 'schema' | 'expand' | 'validate' | 'imply' | 'discover' | 'adopt' | 'bundle'
> {
  readonly name: KindName;
}

export function pathKind<Spec extends PathSpec>({ validate, ...parts }: PathKindParts<Spec>): PathKind<Spec> {
  return {
    ...parts,
    stateVersion: 1,
    key: pathKey,
    validate: (section, context) => [...keyFindings(Object.keys(section)), ...(validate?.(section, context) ?? [])],
    outline: (path, resource) => (keyFindings([path]).length > 0 ? null : outlinePath(parts.prefix, path, resource)),
    observe: (at, host, signal) => observePaths(at, host, signal),
    plan: (input) => planPaths(parts.name, input),
    same: samePath,
    between: isBetween,
    stage: stagePath,
    apply: applyPath,
    probe: (at, expected, host, signal) => probePath(at, expected, host, signal),
    describe: describePath,
    watch: (at, host, signal) => watchPaths(parts.name, at, host, signal),
  };
}

function outlinePath(prefix: string, path: string, resource: unknown): Item<never> {
  return {
    address: `${prefix}:${path}`,
    // Held against others by its claim alone: what it was to be is what is wrong with it.
    spec: undefined as never,
    drift: 'repair',
    claims: [pathClaim(path)],
    needs: [],
    shared: outlineFields(resource),
  };
}
