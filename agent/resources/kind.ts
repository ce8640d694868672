/**
 * The contract of a kind: `expand → observe → plan → stage → apply → probe`. A kind is a folder of that
 * shape and one line in the registry; one contract suite runs over all of them (test/contract).
 */
import type { TSchema } from '@sinclair/typebox';
import type { Reason } from '../base/errors.ts';
import type { Clock, Instant } from '../base/clock.ts';
import type { AuditEntry, Digester, FileSystem, ReadFileSystem } from '../../hostfs/filesystem.ts';
import type { CommandSpec, SharedFields, Drift, OnRemove } from '../desired/shared-fields.ts';
import type { Facts } from '../desired/facts.ts';

/** The section of the spec and of the registry: `files`, `staticPods`, … */
export type KindName = string;
/** `file:/etc/x`, `pod:haproxy`: the unit of lock, ownership and report; what people type. */
export type Address = `${string}:${string}`;
/** What an item owns alone: `path:/etc/x`, `tree:/etc/x`, `port:tcp/443`, `lock:selinux-store`. */
export type Claim = `${string}:${string}`;
/** `<tx>-<seq>`: names temporaries, transient units and nonces. Only [0-9a-z-]. */
export type ChangeId = string;
/** `hmac:<base64url>`: HMAC-SHA256 of bytes under the node key. Never an unkeyed digest. */
export type Fingerprint = `hmac:${string}`;

/** Secret-free JSON, bytes by fingerprint; null = absent. */
export type State<S> = S | null;
export type Observation<S> = { readonly state: State<S> } | { readonly unknown: Reason };

/** One resource as a spec declares it, the engine's part and the kind's (`spec`). */
export interface Item<Spec> {
  readonly address: Address;
  readonly spec: Spec;
  readonly drift: Drift;
  readonly claims: readonly Claim[];
  /** dependsOn, plus what the kind knows it needs. Parents of paths are added by the planner. */
  readonly needs: readonly Address[];
  readonly shared: SharedFields;
  /** Bytes that the spec carries for this item, by fingerprint. Never serialised. */
  readonly contents?: ReadonlyMap<Fingerprint, Uint8Array>;
  /** Everybody on the host may read its contents; else they count as secret. */
  readonly contentsArePublic?: true;
  /** Made by the engine because another item's path needs it; ours only if we had to create it. */
  readonly implied?: true;
}

/** A generation of a series. */
export interface GenerationName {
  readonly series: string;
  readonly generation: number;
}

/** A ledger row: what we own, what it was before us, what we wrote last. */
export interface Owned<S> {
  readonly address: Address;
  readonly kind: KindName;
  readonly stateVersion: number;
  readonly original: State<S>;
  /** Which generation took over what was there; absent where nothing was, and in rows of older agents. */
  readonly takenIn?: GenerationName;
  readonly last: State<S>;
  readonly claims: readonly Claim[];
  readonly needs: readonly Address[];
  readonly onRemove: OnRemove | 'default';
  /** What its last change owed: an undo owes the same. */
  readonly effects?: readonly Effect[];
}

/** item null = prune; owned null = never ours. Overrides are already laid over. */
export interface Target<Spec, S> {
  readonly address: Address;
  readonly item: Item<Spec> | null;
  readonly owned: Owned<S> | null;
}

export type Cause = 'generation' | 'drift' | 'due' | 'prune' | 'undo' | 'override';

export type EffectVerb = 'daemon-reload' | 'sysctl' | 'reload' | 'restart' | 'signal' | 'command';

/** A debt that a change owes: coalesced per target after its wave, run at least once, then recorded. */
export interface Effect {
  /** `unit:x.service`, `pod:x`, `process:NAME`, `pidfile:/run/x.pid`, `command:<words>`. */
  readonly target: Claim;
  readonly verb: EffectVerb;
  readonly signal?: string;
  readonly command?: CommandSpec;
}

/** What undoes a change that may have cut the agent off, `seconds` after it was made. */
export interface Guard {
  readonly seconds: number;
  /** What undoes the change without the agent. */
  readonly argv: readonly string[];
}

/**
 * What must change at one address, as a plan says it: shown, journalled and logged. States are secret-free; the arguments
 * of commands (`check`, `effects`) are what the spec says, kept by the journal (0600) and shown nowhere.
 */
export interface Draft<S> {
  readonly address: Address;
  readonly kind: KindName;
  /** One change may cover many items (one SELinux transaction). Usually just [address]. */
  readonly covers: readonly Address[];
  readonly from: State<S>;
  readonly to: State<S> | { readonly pending: string };
  readonly why: Cause;
  /** An unowned thing is taken over; shown in the plan, its pre-image saved. from may equal to. */
  readonly adopts: boolean;
  readonly claims: readonly Claim[];
  readonly needs: readonly Address[];
  readonly effects: readonly Effect[];
  /** none: runs after the verdict. */
  readonly undo: 'exact' | 'none';
  readonly guard?: Guard;
  /** Kept in the ledger, so that a removal knows what was asked for. */
  readonly onRemove: OnRemove | 'default';
  /** Command run on the staged content before it is published; `{staged}` stands for its real path. */
  readonly check?: CommandSpec;
  /** `none`: no pre-image (shown in the plan); such a change has undo none when it overwrites something. */
  readonly backup?: 'none';
  /** What the change by itself does to what runs, in words for people: 'stop/start, ~15 s gap'. */
  readonly interrupts?: string;
  /** Words for people: '+3 -1', 'mode 0644 → 0600', 'restore original (taken over in 12)'. */
  readonly summary: string;
}

/** A draft that is going to be carried out; its id names its temporaries and its guard. */
export interface Change<S> extends Draft<S> {
  readonly id: ChangeId;
}

/** What waits for a `reboot` makes the status of the node say that it needs one, with the reason. */
export type WaitUntil = 'input' | 'window' | 'reboot' | 'approval';

/** Waiting is not failing: listed with its age; neither rolls back nor blocks. */
export interface Wait {
  readonly address: Address;
  readonly reason: Reason;
  readonly until: WaitUntil;
}

/** Something a person should know of, that changes nothing: an edited thing left alone, a foreign file. */
export interface Note {
  readonly address: Address;
  readonly reason: Reason;
  /** The ledger row is to be dropped (already gone, kept, or edited since and left). */
  readonly disown?: true;
  /** About what nobody declared: the address is that of no target. */
  readonly foreign?: true;
}

/** Foreign things of one place that are looked at and named one by one; of the others only the number is told. */
export const NAMED_FOREIGN = 20;

/** What a kind found on the host that nobody declared. */
export interface Discovered<Spec, S> {
  readonly targets: readonly Target<Spec, S>[];
  /** How many there are beyond them. */
  readonly more: readonly Note[];
}

/** What a kind's plan says. `dueAt`: the wall time at which it wants to be asked again without a change. */
export interface Planned<S> {
  readonly changes: readonly Draft<S>[];
  readonly waits: readonly Wait[];
  readonly notes?: readonly Note[];
  readonly dueAt?: Instant;
}

/** What staging made of a change. */
export interface Staged<S> {
  /** `to` is resolved now. */
  readonly change: Change<S>;
  /** Items that a partial batch leaves out, where the spec allows it. */
  readonly rejected: readonly { readonly address: Address; readonly error: Reason }[];
  /** The place of the temporary is not there yet: stage it once more right before its wave, beside others, or apply does it alone. */
  readonly unfinished?: true;
}

/** `unjudged`: arrived, but nothing on this host can judge it; shown, outside the verdict, never called healthy. */
export interface Health {
  readonly is: 'healthy' | 'progressing' | 'unhealthy' | 'unknown' | 'unjudged';
  readonly reason?: Reason;
}

/** Something may differ now. Without addresses: look at everything of the kind. */
export interface DriftHint {
  readonly kind: KindName;
  readonly addresses?: readonly Address[];
}

/** How a program ended; `timedOut` where it was killed for taking too long. */
export interface CommandResult {
  /** null: killed by `signal` or never started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** Last 4 KiB of stdout+stderr; may hold secrets: goes through redaction before anyone sees it. */
  readonly outputTail: string;
  /** The program could not be started: ENOENT, EACCES, … */
  readonly startError?: string;
}

/** Runs a program without a shell, in its own process group, killed whole at the deadline. `environment` is added to a minimal one. */
export type RunCommand = (
  spec: CommandSpec,
  signal: AbortSignal,
  environment?: Readonly<Record<string, string>>,
) => Promise<CommandResult>;

/** Numeric ids of the root's own passwd and group files. Null = no such name. */
export interface Accounts {
  uid(name: string): number | null;
  gid(name: string): number | null;
}

/** The names that the root's own passwd and group files have for ids, and that mean these ids again. Null = none. */
export interface AccountNames {
  user(uid: number): string | null;
  group(gid: number): string | null;
}

/** What this host has. Null ports are filled by later issues; a kind must say so, never guess. */
export interface HostAbilities {
  readonly selinux: boolean;
  /** Null: no kubelet here; pods can be placed, not judged. */
  readonly kubelet: null;
}

/** Local settings a kind may need; a spec cannot change them. */
export interface KindSettings {
  /** Absolute in the root. */
  readonly manifestFolder: string;
  readonly foreignManifests: 'report' | 'quarantine' | 'ignore';
}

/** What the meaning of a section may depend on, besides the section itself. */
export interface ExpandContext {
  readonly facts: Facts;
  readonly settings: KindSettings;
  /** Keyed; deterministic for one node. */
  fingerprint(bytes: Uint8Array): Fingerprint;
}

/** What the kernel has at a path beneath /proc/sys: its text, nothing, or why it cannot be told. */
export type SysctlReading =
  | { readonly text: string; readonly writable: boolean }
  | { readonly absent: true }
  | { readonly unreadable: string };

/** `refused`: the kernel does not take this value; `read-only`: it takes none. */
export type SysctlOutcome = 'written' | 'absent' | 'read-only' | 'refused';

/** The kernel's parameters. Paths are relative to /proc/sys: `net/ipv4/conf/eth0.100/rp_filter`. */
export interface ReadSysctls {
  read(path: string): Promise<SysctlReading>;
}

export interface Sysctls extends ReadSysctls {
  write(path: string, value: string): Promise<SysctlOutcome>;
}

/** Cannot write: kinds observe and probe with this. */
export interface ReadHost {
  readonly fs: ReadFileSystem;
  readonly accounts: Accounts;
  readonly abilities: HostAbilities;
  readonly settings: KindSettings;
  readonly clock: Clock;
  readonly sysctls: ReadSysctls;
  fingerprint(bytes: Uint8Array): Fingerprint;
  /** For fs.audit: feeds the same keyed fingerprint. */
  digester(): Digester;
  readonly run: RunCommand;
}

/** Cannot write: what a kind may ask while it makes resources of what is on a host. */
export interface AdoptHost {
  readonly fs: ReadFileSystem;
  readonly names: AccountNames;
  readonly settings: KindSettings;
  /** Content that not everybody may read is to become part of the spec as well. */
  readonly withSecrets: boolean;
}

/** Resources of the kind's section by key, which declare a thing as it is; or why there can be none. */
export type Adopted = { readonly resources: Readonly<Record<string, unknown>> } | { readonly refused: Reason };

/** Writes only the agent's own store and temporaries named by the change. */
export interface StageHost extends ReadHost {
  /** Bytes of the spec or of a pre-image. Throws when neither has them. */
  content(fingerprint: Fingerprint): Promise<Uint8Array>;
  /** Bytes of the specs at hand that not everybody may read: none of them may show in what others print. */
  secrets(): Iterable<Uint8Array>;
  /** Saves bytes durably (0600) under their fingerprint; limits: 16 MiB each, 256 MiB in all. Idempotent. */
  savePreimage(bytes: Uint8Array): Promise<Fingerprint>;
  /** False where the change stays whatever comes after it, so that what it overwrites need not be saved. */
  readonly undoable: boolean;
  /** The stage half of the file system, under {@link temporaryName}. */
  readonly temporaries: Pick<FileSystem, 'stage' | 'stageLink' | 'unstage'>;
}

/** What `apply` gets: everything that staging had, and the means to change the host. */
export interface Host extends StageHost {
  readonly fs: FileSystem;
  readonly sysctls: Sysctls;
}

/** Dot-name beside the target: kubelet, cron.d and friends ignore it. */
export function temporaryName(id: ChangeId): string {
  return `.keelson-${id}~`;
}

/** Who runs the effects on targets of these prefixes. `run` may be called again after a crash. */
export interface EffectSupport {
  readonly prefixes: readonly string[];
  run(effect: Effect & { readonly id: string }, host: Host, signal: AbortSignal): Promise<void>;
}

/** A file that authoring bundles (`from:`) as a value of the resource, or what is wrong with its text, by line and column. */
export type BundledValue =
  | { readonly value: unknown; readonly reasons?: undefined }
  | { readonly reasons: readonly Reason[]; readonly value?: undefined };

/** The field of a resource that a bundled file becomes: its bytes as `content`, or what `read` makes of them. */
export interface BundleSupport {
  readonly field: string;
  readonly read?: (bytes: Uint8Array) => BundledValue;
}

/** What every kind answers; the order of the steps and what each may write is in ARCHITECTURE.md. */
export interface Kind<Spec, S> {
  /** Section name in the spec. */
  readonly name: KindName;
  /** `file` in `file:/etc/x`. Every address of this kind starts with it. */
  readonly prefix: string;
  readonly stateVersion: number;
  /**
   * TypeBox schema of ONE resource (the section is a map from natural key to this), with descriptions for editors and
   * `explain`. Loaded by the first document: an agent that sees none does without.
   */
  readonly schema: () => Promise<TSchema>;
  /** Natural key: pattern and what to say when it does not match. */
  readonly key: { readonly pattern: RegExp; readonly meaning: string };
  /** What `from: FILE` becomes when a spec is built. Absent: the kind takes none. */
  readonly bundle?: BundleSupport;
  /** Beyond the schema: everything that can be known from the section alone, all findings at once, pointers relative to the section. */
  validate?(section: Readonly<Record<string, unknown>>, context: ExpandContext): readonly Reason[];
  /** Pure: the (valid) section → addressed items with their claims. */
  expand(section: Readonly<Record<string, unknown>>, context: ExpandContext): readonly Item<Spec>[];
  /** Pure: of a resource that has faults (facts resolved as far as they can be, of any shape), what can still be said of it: where it lies, what it uses. Null: nothing. */
  outline?(key: string, resource: unknown, context: ExpandContext): Item<Spec> | null;
  /** Pure: what only shows when own items meet everything else of the spec (a pod that mounts a managed file). Called after every expand and imply. */
  across?(own: readonly Item<Spec>[], all: readonly Item<unknown>[]): readonly Reason[];
  /** Pure: items needed by other kinds' claims (directories above files). Given every claim of the spec. */
  imply?(
    claims: readonly { readonly address: Address; readonly claim: Claim }[],
    declared: ReadonlySet<Address>,
  ): readonly Item<Spec>[];
  /**
   * Things on the host that belong in this kind's sight without being in spec or ledger (foreign manifests). Never
   * writes. `known`: every address of spec and ledger, of all kinds. `at`: the targets among them that are this kind's.
   * Whoever can write there decides how many there are: the answer is bounded, see {@link NAMED_FOREIGN}.
   */
  discover?(
    host: ReadHost,
    known: ReadonlySet<Address>,
    signal: AbortSignal,
    at?: readonly Target<Spec, S>[],
  ): Promise<Discovered<Spec, S>>;
  /**
   * What is at a path as resources of this kind (`keelson adopt`); null where it is none of this kind's. Never writes.
   * Applying them on this very host must change nothing of it: what cannot be said exactly is refused.
   */
  adopt?(found: AuditEntry, host: AdoptHost, signal: AbortSignal): Promise<Adopted | null>;
  /** Never writes; the host handle it gets cannot. An address missing from the answer counts as unknown. */
  observe(
    at: readonly Target<Spec, S>[],
    host: ReadHost,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Address, Observation<S>>>;
  /** Pure and local. unknown → a wait. Empty once applied and settled. Time comes in, dueAt goes out. */
  plan(input: {
    readonly targets: readonly Target<Spec, S>[];
    readonly seen: ReadonlyMap<Address, Observation<S>>;
    readonly now: Instant;
    /** Of what is wanted: a generation of it is told by its number alone. */
    readonly series?: string;
  }): Planned<S>;
  /**
   * The summary of a draft with the names of the parts in which the bytes there and those of `to` differ, and never a
   * value of one. Null: they cannot be told. Absent: the kind's content has no parts.
   */
  summarize?(draft: Draft<S>, seen: Uint8Array, wanted: Uint8Array): string | null;
  /** The kind's equality (nonces left out). */
  same(a: State<S>, b: State<S>): boolean;
  /** What a crash in the middle of this kind's own apply may leave between two states: ours to finish or undo, no edit from outside. Absent: nothing. */
  between?(seen: State<S>, from: State<S>, to: State<S>): boolean;
  /** Makes both sides durable (check, pre-image, temporary). Nothing visible; resumable by change.id. Throws WaitError to wait. */
  stage(change: Change<S>, host: StageHost, signal: AbortSignal): Promise<Staged<S>>;
  /** from → to within 5 s; idempotent (already `to` is fine); refuses a third state with ThirdStateError. The same code undoes. */
  apply(change: Change<S>, host: Host, signal: AbortSignal): Promise<void>;
  /** Has it arrived (expected null: wholly gone), and is it well? Minutes-long waits live here. */
  probe(at: Target<Spec, S>, expected: State<S>, host: ReadHost, signal: AbortSignal): Promise<Health>;
  readonly effects?: EffectSupport;
  /** What it manages has a life of its own beyond its bytes: it is probed at every full look, not only after a change. */
  readonly alive?: true;
  watch?(at: readonly Target<Spec, S>[], host: ReadHost, signal: AbortSignal): AsyncIterable<DriftHint>;
  /** For `keelson diff` and `keelson plan`: secret-free lines between two states, bytes looked up by the caller's function. */
  describe?(draft: Draft<S>): string;
}

// The registry holds kinds of different Spec and S; each pairs its own types inside, the engine never looks in.
// oxlint-disable-next-line no-explicit-any
export type AnyKind = Kind<any, any>;

/** Thrown by stage: the component waits, staged wholly before any of it mutates. */
export class WaitError extends Error {
  override readonly name = 'WaitError';
  readonly reason: Reason;
  readonly until: WaitUntil;
  constructor(reason: Reason, until: WaitUntil) {
    super(reason.message);
    this.reason = reason;
    this.until = until;
  }
}

/** Thrown by stage or apply: what is there is neither `from` nor `to`; the engine plans that address anew. */
export class ThirdStateError extends Error {
  override readonly name = 'ThirdStateError';
  readonly address: Address;
  constructor(address: Address, message = `${address} was changed from outside while it was being changed`) {
    super(message);
    this.address = address;
  }
}
