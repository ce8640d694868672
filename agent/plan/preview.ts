import type { Address, Draft, Note, Wait } from '../resources/kind.ts';

/** What would be done, in order. Pure data, secret-free; printed by `keelson plan`. */
export interface Preview {
  readonly basis: { readonly series: string | null; readonly generation: number | null; readonly journalSeq: number };
  /** From which to which, and who signed. */
  readonly from: string | null;
  readonly to: string | null;
  readonly signers: readonly string[];
  /** Waves in order of execution. */
  readonly waves: readonly (readonly Draft<unknown>[])[];
  readonly waits: readonly Wait[];
  readonly notes: readonly Note[];
  readonly held: readonly Address[];
  /** Addresses in a running transaction; their plan may change. */
  readonly busy: readonly Address[];
  /** Folders that nobody asked for by name: what is declared needs them. */
  readonly implied: readonly Address[];
  readonly same: number;
  /** Why nothing of it would be done now: observe mode, safe mode, hold, blocked. */
  readonly withheld: string | null;
}
