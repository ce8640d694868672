import type { Address, Draft } from '../../agent/resources/kind.ts';

/** A draft for tests of order and restraint; files by default. */
export function draft(address: Address, more: Partial<Draft<unknown>> = {}): Draft<unknown> {
  return {
    address,
    kind: 'files',
    covers: [address],
    from: null,
    to: { content: 'new' },
    why: 'generation',
    adopts: false,
    claims: [`path:${address.slice(address.indexOf(':') + 1)}`],
    needs: [],
    effects: [],
    undo: 'exact',
    onRemove: 'default',
    summary: 'create',
    ...more,
  };
}

export function removal(address: Address, more: Partial<Draft<unknown>> = {}): Draft<unknown> {
  return draft(address, { from: { content: 'old' }, to: null, why: 'prune', summary: 'delete', ...more });
}
