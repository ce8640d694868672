/** A NodeSpec → everything it declares, as addressed items: the input of ownership, policy and plan. */
import type { Address, AnyKind, Claim, ExpandContext, Fingerprint, Item } from '../resources/kind.ts';
import { isClosedFolder } from '../resources/closed-folders.ts';
import { parentPath } from '../../hostfs/path.ts';
import { errorOf, Findings } from './findings.ts';
import type { NodeSpec } from './node-spec.ts';
import { childPointer } from './pointer.ts';
import { sectionIn } from './section-place.ts';
import { substituteSection } from './substitute.ts';

type AnyItem = Item<unknown>;

/**
 * Substitutes facts, expands every kind, adds what is implied (the directories above files), and lets each
 * item need its `dependsOn` and the nearest item that owns a path above it. Sorted by address; the same
 * input gives the same items. Throws what substitution finds.
 */
export function expandSpec(spec: NodeSpec, kinds: readonly AnyKind[], context: ExpandContext): readonly AnyItem[] {
  const findings = new Findings();
  const sections = Object.fromEntries(
    Object.entries(spec.sections).map(([name, section]) => [
      name,
      substituteSection(section, context.facts, childPointer('/spec', name), findings),
    ]),
  );
  const [first] = findings.all;
  if (first !== undefined) throw errorOf(first);
  return expandSections(sections, kinds, context);
}

/** The same from sections in which nothing is left to substitute. `outlines`: of resources with faults, beside them. */
export function expandSections(
  sections: NodeSpec['sections'],
  kinds: readonly AnyKind[],
  context: ExpandContext,
  outlines: readonly AnyItem[] = [],
): readonly AnyItem[] {
  const expanded = kinds.flatMap((kind) => {
    const section = sectionIn(sections, kind.name);
    return section === undefined ? [] : (kind.expand(section, context) as readonly AnyItem[]);
  });
  return withClosed(withNeeds(withImplied([...expanded, ...outlines], kinds))).toSorted((a, b) =>
    a.address < b.address ? -1 : a.address > b.address ? 1 : 0,
  );
}

/** The bytes that the items carry, by fingerprint. */
export function contentsOf(items: readonly AnyItem[]): ReadonlyMap<Fingerprint, Uint8Array> {
  return new Map(items.flatMap((item) => [...(item.contents ?? [])]));
}

function withImplied(declared: readonly AnyItem[], kinds: readonly AnyKind[]): readonly AnyItem[] {
  const items = [...declared];
  for (const kind of kinds) {
    if (kind.imply === undefined) continue;
    const claims = items.flatMap(({ address, claims: owned }) => owned.map((claim) => ({ address, claim })));
    const implied = kind.imply(claims, new Set(items.map(({ address }) => address))) as readonly AnyItem[];
    for (const item of implied) items.push({ ...item, implied: true });
  }
  return items;
}

/** What lies beneath a folder that the spec closes to everybody is not for everybody, whatever its own mode. */
function withClosed(items: readonly AnyItem[]): readonly AnyItem[] {
  const closed = new Set(
    items
      .filter(({ spec }) => isClosedFolder(stateIn(spec)))
      .flatMap(({ claims }) => claims.filter(isPath).map(pathOf)),
  );
  if (closed.size === 0) return items;
  return items.map((item) => {
    if (item.contentsArePublic !== true || !item.claims.some((claim) => isPath(claim) && liesIn(pathOf(claim), closed)))
      return item;
    const { contentsArePublic: _, ...secret } = item;
    return secret;
  });
}

/** Kinds whose items are paths say what is to be there as `state`. */
function stateIn(spec: unknown): unknown {
  return typeof spec === 'object' && spec !== null && 'state' in spec ? spec.state : undefined;
}

function liesIn(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = parentPath(path); at !== '/'; at = parentPath(at)) if (folders.has(at)) return true;
  return false;
}

function withNeeds(items: readonly AnyItem[]): readonly AnyItem[] {
  const ownerOf = new Map<string, Address>();
  for (const { address, claims } of items) {
    for (const claim of claims) if (claim.startsWith('path:')) ownerOf.set(pathOf(claim), address);
  }
  return items.map((item) => {
    const above = item.claims.map((claim) =>
      isPath(claim) ? ownerAbove(pathOf(claim), item.address, ownerOf) : undefined,
    );
    const needs = new Set([
      ...item.needs,
      ...item.shared.dependsOn,
      ...above.filter((address) => address !== undefined),
    ]);
    return { ...item, needs: [...needs].toSorted() };
  });
}

/** The nearest other item that owns a path above this one. */
function ownerAbove(path: string, self: Address, ownerOf: ReadonlyMap<string, Address>): Address | undefined {
  for (let at = path; at !== '/';) {
    at = parentPath(at);
    const owner = ownerOf.get(at);
    if (owner !== undefined && owner !== self) return owner;
  }
  return undefined;
}

/** What is owned is a path, or everything under one. */
export function isPath(claim: Claim): boolean {
  return claim.startsWith('path:/') || claim.startsWith('tree:/');
}

/** Of a claim that `isPath`; both prefixes are equally long. */
export function pathOf(claim: Claim): string {
  return claim.slice('path:'.length);
}
