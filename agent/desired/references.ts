/** What items say of each other: dependsOn must name something, and nobody may wait for himself. */
import type { Address, Item } from '../resources/kind.ts';
import type { Findings } from './findings.ts';
import { laterSectionOf } from './later.ts';
import { childPointer } from './pointer.ts';
import { nearest, quoted } from '../base/words.ts';

/** Where the document declares an address. */
export type PointerOf = (address: Address) => string;

/** One resource as far as it can be read: also one that has faults of its own takes part. */
export interface Declaration {
  readonly address: Address;
  readonly pointer: string;
  /** '' where it is no text at all. */
  readonly dependsOn: readonly string[];
  /** The keys of onChange. */
  readonly targets: readonly string[];
}

/**
 * Names that are not in `known` are findings (KSN-SPEC-018), with the nearest that is. `sections`: those of the spec; of
 * one that comes in a later release it is told that it does, and no more of what it would have held.
 */
export function checkReferences(
  declarations: readonly Declaration[],
  known: ReadonlySet<string>,
  sections: ReadonlySet<string>,
  findings: Findings,
): void {
  for (const { address, pointer, dependsOn } of declarations) {
    for (const [index, needed] of dependsOn.entries()) {
      if (findings.full) return;
      if (needed === '' || known.has(needed)) continue;
      const later = laterSectionOf(needed);
      if (later !== undefined && sections.has(later)) continue;
      const guess = later === undefined ? nearest(needed, known) : undefined;
      const meant = guess === undefined ? '' : `; did you mean ${quoted(guess)}?`;
      const why =
        later === undefined ? 'which is not in this spec' : `whose section ${quoted(later)} comes in a later release`;
      findings.add(
        'KSN-SPEC-018',
        `${address} depends on ${quoted(needed)}, ${why}${meant}`,
        `${pointer}/dependsOn/${index}`,
        { element: address },
      );
    }
  }
}

/** What onChange tells is in this spec, as far as it is of a kind that the agent has. */
export function checkTargets(declarations: readonly Declaration[], prefix: string, findings: Findings): void {
  const known = declarations.map(({ address }) => address).filter((address) => address.startsWith(`${prefix}:`));
  for (const { address, pointer, targets } of declarations) {
    for (const target of targets) {
      if (findings.full) return;
      if (!target.startsWith(`${prefix}:`) || (known as readonly string[]).includes(target)) continue;
      const guess = nearest(target, known);
      const meant = guess === undefined ? '' : `; did you mean ${quoted(guess)}?`;
      findings.add(
        'KSN-SPEC-037',
        `${address} tells ${quoted(target)} of its changes, which is not in this spec${meant}`,
        childPointer(`${pointer}/onChange`, target),
        { element: address },
      );
    }
  }
}

/** Every circle once, in full: a → b → a. */
export function checkCycles(
  declarations: readonly Declaration[],
  items: readonly Item<unknown>[],
  findings: Findings,
): void {
  const declared = new Map<string, Declaration>(declarations.map((one) => [one.address, one]));
  const needs = new Map<string, readonly string[]>(declarations.map(({ address, dependsOn }) => [address, dependsOn]));
  for (const item of items) needs.set(item.address, item.needs);
  const told = new Set<string>();
  for (const cycle of cyclesAmong(needs)) {
    const shown = [...cycle, cycle[0]].join(' → ');
    const [first = '', second = first] = cycle;
    if (findings.full) return;
    if (told.has(shown)) continue;
    told.add(shown);
    const pointer = declared.get(first)?.pointer ?? '/spec';
    const index = declared.get(first)?.dependsOn.indexOf(second) ?? -1;
    findings.add(
      'KSN-SPEC-019',
      `a circle of dependencies: ${shown}`,
      index < 0 ? pointer : `${pointer}/dependsOn/${index}`,
      { element: first },
    );
  }
}

/** Depth first without recursion: a circle is what an edge back into the current path closes. */
function* cyclesAmong(needs: ReadonlyMap<string, readonly string[]>): Generator<readonly string[]> {
  const finished = new Set<string>();
  for (const start of needs.keys()) {
    const path: string[] = [];
    const depthOf = new Map<string, number>();
    const stack: { readonly address: string; readonly leave: boolean }[] = [{ address: start, leave: false }];
    for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
      const { address, leave } = step;
      const depth = depthOf.get(address);
      if (leave) {
        path.pop();
        depthOf.delete(address);
        finished.add(address);
      } else if (depth !== undefined) yield fromSmallest(path.slice(depth));
      else if (!finished.has(address)) {
        depthOf.set(address, path.push(address) - 1);
        stack.push({ address, leave: true });
        for (const need of needs.get(address) ?? []) if (needs.has(need)) stack.push({ address: need, leave: false });
      }
    }
  }
}

function fromSmallest(cycle: readonly string[]): string[] {
  const first = cycle.indexOf(cycle.toSorted()[0] ?? '');
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}
