/**
 * Which saved contents are still needed: by the originals in the ledger and what we wrote last (a kind keeps
 * current and previous in its state), by the way back to the last-known-good, and by open transactions in both
 * directions, and as patches. Kinds' states are opaque here, so every fingerprint anywhere in them counts.
 */
import type { Fingerprint } from '../resources/kind.ts';
import type { Checkpoint, OpenTransaction } from './records.ts';

export function references(
  checkpoint: Pick<Checkpoint, 'ledger' | 'base' | 'overrides'>,
  open: Iterable<OpenTransaction>,
): Set<Fingerprint> {
  const found = new Set<Fingerprint>();
  for (const { patch } of checkpoint.overrides) collect(patch, found);
  for (const { original, last } of checkpoint.ledger) collect([original, last], found);
  for (const { from, owned } of checkpoint.base) collect([from, owned?.original, owned?.last], found);
  for (const tx of open) {
    for (const { from, to } of tx.drafts) collect([from, to], found);
    for (const { changes } of tx.intents) for (const { from, to } of changes) collect([from, to], found);
    for (const owned of tx.before.values()) collect([owned?.original, owned?.last], found);
  }
  return found;
}

function collect(value: unknown, into: Set<Fingerprint>): void {
  if (typeof value === 'string') {
    if (isFingerprint(value)) into.add(value);
  } else if (Array.isArray(value)) {
    for (const one of value) collect(one, into);
  } else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) collect(one, into);
  }
}

function isFingerprint(value: string): value is Fingerprint {
  return /^hmac:[\w-]{43}$/.test(value);
}
