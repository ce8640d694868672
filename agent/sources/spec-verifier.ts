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
import type { AnyKind, ExpandContext, Item, KindSettings } from '../resources/kind.ts';
import type { LocalPolicy } from '../verify/local-policy.ts';
import type { Newest } from '../verify/replay-guard.ts';
import type { Thresholds, Trust } from '../verify/trust-store.ts';
import type { SpecIdentity } from '../verify/verified-spec.ts';
import type { Judged } from './folder.ts';
import { RefusedDocument } from './refused-document.ts';

/** The compiled schemas, made when the first document needs them. */
export class LazyChecker {
  readonly kinds: readonly AnyKind[];
  #made: Promise<SpecChecker> | null = null;

  constructor(kinds: readonly AnyKind[]) {
    this.kinds = kinds;
  }

  /** The same checker every time; the first call loads the schemas. */
  get(): Promise<SpecChecker> {
    this.#made ??= import('../desired/spec-checker.ts').then(({ SpecChecker: Checker }) => Checker.of(this.kinds));
    return this.#made;
  }
}

/** What the configuration says of whom and what to accept. */
export interface VerifierSettings {
  readonly thresholds: Thresholds;
  readonly allowUnsigned: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly policy: LocalPolicy;
  readonly kindSettings: KindSettings;
}

/** What an earlier judgement of the same document came to. */
export interface KnownSpec {
  readonly spec: NodeSpec;
  readonly items: readonly Item<unknown>[];
  readonly facts: Facts;
}

/** Functions where what they answer may be another at the next document. */
export interface SpecVerifierOptions {
  readonly fs: ReadFileSystem;
  readonly checker: LazyChecker;
  readonly settings: () => VerifierSettings;
  readonly guard: (series: string) => Newest | null;
  /** What an accepted spec says, where this version of the agent has checked it; such a document is not checked again. */
  readonly known: (spec: SpecIdentity) => Promise<KnownSpec | null>;
  readonly fingerprint: ExpandContext['fingerprint'];
  readonly facts: () => Promise<Facts>;
  readonly clock: Clock;
  readonly agentVersion: string;
}

/** The trust roots are read when they are first needed, and anew by `reload`. */
export class SpecVerifier {
  readonly #options: SpecVerifierOptions;
  #trust: Trust | null = null;

  constructor(options: SpecVerifierOptions) {
    this.#options = options;
  }

  /** @throws RefusedDocument */
  async judge(document: Uint8Array, source: string, signature: 'needed' | 'left out' = 'needed'): Promise<Judged> {
    const known = signature === 'needed' ? await this.#judgeKnown(document, source) : null;
    if (known !== null) return known;
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
      file: fileOf(source),
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
    const { content } = verification;
    if (content !== undefined)
      refusing(content.findingsWith(await checkResolvedPaths(content.items, content.gates, fs, policy)));
    if (verification.refused !== undefined) throw new RefusedDocument(verification.refused);
    return { spec: verification.verified, already: verification.already };
  }

  /** Null: it is not known. All that may have changed since is judged again: keys, policy, and the links of this host. */
  async #judgeKnown(document: Uint8Array, source: string): Promise<Judged | null> {
    const { fs, clock, guard, agentVersion } = this.#options;
    const { policy, allowUnsigned } = this.#options.settings();
    const [{ recognise }, { checkPolicy }, { checkResolvedPaths }, trust] = await Promise.all([
      import('../verify/verify.ts'),
      import('../verify/local-policy.ts'),
      import('../verify/resolved-paths.ts'),
      this.#trusted(),
    ]);
    const recognised = recognise(document, { trust, now: clock.now(), allowUnsigned, file: fileOf(source), guard });
    // What the store has lost is read from the document.
    const known = recognised === null ? null : await this.#options.known(recognised).catch(() => null);
    if (recognised === null || known === null) return null;
    const { spec, items, facts } = known;
    const refused = checkPolicy(items, spec, this.#options.checker.kinds, policy);
    refusing([...refused, ...(await checkResolvedPaths(items, spec.gates, fs, policy))]);
    return {
      spec: { ...recognised, spec, facts, source, envelope: document, checkedBy: agentVersion },
      already: true,
    };
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

function fileOf(source: string): string {
  return source.slice(source.indexOf(':') + 1);
}

function refusing(reasons: readonly Reason[]): void {
  if (reasons.length > 0) throw new RefusedDocument(reasons);
}

/**
 * An accepted envelope of the agent's own store: its signatures were judged when it came, and what it says is checked
 * again only by another version of the agent.
 */
export async function reloadAccepted(
  envelope: Uint8Array,
  { digest, facts, checkedBy }: Accepted,
  checker: LazyChecker,
  { agentVersion, ...context }: Omit<ExpandContext, 'facts'> & { readonly agentVersion: string },
): Promise<NodeSpec> {
  const { reloadSpec } = await import('../verify/reload.ts');
  const again = checkedBy === agentVersion ? null : await checker.get();
  return reloadSpec(envelope, digest, again, { ...context, facts });
}
