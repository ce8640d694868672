/**
 * One owner a thing: no claim twice, nothing inside a tree that somebody owns as a whole, nothing beneath
 * what is no directory. A directory that claims both its path and its tree wants to know everything in it;
 * what the spec names may lie there.
 */
import { parentPath } from '../../hostfs/path.ts';
import type { Address, Claim, Item } from '../resources/kind.ts';
import type { Findings } from './findings.ts';
import { isPath, pathOf } from './items.ts';
import type { PointerOf } from './references.ts';

type AnyItem = Item<unknown>;

export function checkOwnership(items: readonly AnyItem[], pointerOf: PointerOf, findings: Findings): void {
  const declared = items.filter(({ implied }) => implied !== true);
  const owners = new Map<Claim, Address>();
  for (const { address, claims } of declared) {
    for (const claim of claims) {
      const owner = owners.get(claim);
      if (owner === undefined) owners.set(claim, address);
      else if (owner === address) continue;
      else
        findings.add('KSN-SPEC-020', `${owner} and ${address} both own ${claim}`, pointerOf(address), {
          element: address,
        });
    }
  }
  for (const { address, claims } of declared)
    for (const claim of claims) if (isPath(claim)) checkAbove(address, claim, owners, pointerOf, findings);
}

function checkAbove(
  address: Address,
  claim: Claim,
  owners: ReadonlyMap<Claim, Address>,
  pointerOf: PointerOf,
  findings: Findings,
): void {
  const path = pathOf(claim);
  for (let at = path; ; at = parentPath(at)) {
    const tree = owners.get(`tree:${at}`);
    const holder = owners.get(`path:${at}`);
    if (tree !== undefined && tree !== address && tree !== holder) {
      findings.add(
        'KSN-SPEC-021',
        `${address} lies inside tree:${at}, which ${tree} owns as a whole`,
        pointerOf(address),
        { element: address },
      );
      return;
    }
    if (at !== path && holder !== undefined && holder !== address && !holder.startsWith('directory:')) {
      findings.add('KSN-SPEC-036', `${address} lies beneath ${holder}, which is not a directory`, pointerOf(address), {
        element: address,
      });
      return;
    }
    if (at === '/') return;
  }
}
