/**
 * Judges documents for this node, from whatever source: the trust roots, policy and labels that are in force now,
 * and the guard of the journal. The schema library is loaded by the first document, since most starts see none.
 */
import type { Clock } from '../base/clock.ts';
import type { Reason } from '../base/errors.ts';
import type { Accepted } from '../apply/records.ts';
import type { Facts } from '../desired/facts.ts';
import type { NodeSpec } from '../desired/node-spec.ts';
import type { SpecChecker } from '../desired/spec-checker.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import type { AnyKind, ExpandContext, KindSettings } from '../resources/kind.ts';
import type { LocalPolicy } from '../verify/local-policy.ts';
import type { Newest } from '../verify/replay-guard.ts';
import type { Thresholds, Trust } from '../verify/trust-store.ts';
import type { Judged } from './folder.ts';
import { RefusedDocument } from './refused-document.ts';

/** The compiled schemas, made when the first document needs them. */
export class LazyChecker {
  readonly #kinds: readonly AnyKind[];
  #made: Promise<SpecChecker> | null = null;

  constructor(kinds: readonly AnyKind[]) {
    this.#kinds = kinds;
  }

  get(): Promise<SpecChecker> {
    this.#made ??= import('../desired/spec-checker.ts').then(({ SpecChecker: Checker }) => Checker.of(this.#kinds));
    return this.#made;
  }
}

export interface VerifierSettings {
  readonly thresholds: Thresholds;
  readonly allowUnsigned: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly policy: LocalPolicy;
  readonly kindSettings: KindSettings;
}

export interface SpecVerifierOptions {
  readonly fs: ReadFileSystem;
  readonly checker: LazyChecker;
  readonly settings: () => VerifierSettings;
  readonly guard: (series: string) => Newest | null;
  readonly fingerprint: ExpandContext['fingerprint'];
  readonly facts: () => Promise<Facts>;
  readonly clock: Clock;
  readonly agentVersion: string;
}

export class SpecVerifier {
  readonly #options: SpecVerifierOptions;
  #trust: Trust | null = null;

  constructor(options: SpecVerifierOptions) {
    this.#options = options;
  }

  /** @throws RefusedDocument */
  async judge(document: Uint8Array, source: string, signature: 'needed' | 'left out' = 'needed'): Promise<Judged> {
    const { fs, clock, guard, agentVersion, fingerprint } = this.#options;
    const { kindSettings, labels, policy, allowUnsigned } = this.#options.settings();
    const [{ verifySpec }, { checkResolvedPaths }, trust, checker, facts] = await Promise.all([
      import('../verify/verify.ts'),
      import('../verify/resolved-paths.ts'),
      this.#trusted(),
      this.#options.checker.get(),
      this.#options.facts(),
    ]);
    const verification = verifySpec(document, {
      source,
      file: source.slice(source.indexOf(':') + 1),
      trust,
      guard,
      labels,
      policy,
      now: clock.now(),
      agentVersion,
      checker,
      allowUnsigned: signature === 'needed' ? allowUnsigned : ['*'],
      facts,
      settings: kindSettings,
      fingerprint,
    });
    if (verification.refused !== undefined) throw new RefusedDocument(verification.refused);
    const refused = await checkResolvedPaths(verification.items, fs, policy);
    if (refused.length > 0) throw new RefusedDocument(refused);
    return { spec: verification.verified, already: verification.already };
  }

  /** Reads the trust roots anew with the next document. What is wrong with them now. */
  async reload(): Promise<readonly Reason[]> {
    this.#trust = null;
    const { readTrust, TRUST_FOLDERS } = await import('../verify/trust-store.ts');
    const { thresholds } = this.#options.settings();
    const { trust, findings } = await readTrust(this.#options.fs, TRUST_FOLDERS, thresholds);
    this.#trust = trust;
    return findings;
  }

  async #trusted(): Promise<Trust> {
    if (this.#trust === null) await this.reload();
    return this.#trust as Trust;
  }
}

/** An accepted envelope of the agent's own store: its signatures were judged when it came. */
export async function reloadAccepted(
  envelope: Uint8Array,
  accepted: Accepted,
  checker: LazyChecker,
  context: Omit<ExpandContext, 'facts'>,
): Promise<NodeSpec> {
  const { reloadSpec } = await import('../verify/reload.ts');
  return reloadSpec(envelope, accepted.digest, await checker.get(), { ...context, facts: accepted.facts });
}
