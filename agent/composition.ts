/** What the composition root is given, and what it gives back. */
import type { TakeLock } from './apply/lock.ts';
import type { Clock } from './base/clock.ts';
import type { Entropy } from './base/entropy.ts';
import type { Reason } from './base/errors.ts';
import type { Log } from './base/log.ts';
import type { ListenAddress } from './control/loopback-server.ts';
import type { Peer } from './control/route.ts';
import type { EngineSettings } from './reconcile/context.ts';
import type { EnginePort } from './reconcile/engine-port.ts';
import type { EventLog } from './report/event-log.ts';
import type { NoticePaths } from './report/notice-files.ts';
import type { VerifierSettings } from './sources/spec-verifier.ts';
import type { FileSystem } from '../hostfs/filesystem.ts';

/** Absolute in the root. */
export interface AgentFolders {
  readonly state: string;
  readonly runtime: string;
  readonly events: string;
  readonly status: string;
  readonly specs: string;
}

/** The configuration, as the parts of the agent take it. */
export interface AgentSettings {
  readonly engine: EngineSettings;
  readonly verifier: VerifierSettings;
  /** Taken at the start. */
  readonly notices: NoticePaths;
  /** Group that may read the node's status; null: root alone. */
  readonly readers: string | null;
  readonly pollMs: number;
  /** Where the endpoint is served beside its socket; null: nowhere. */
  readonly listen: ListenAddress | null;
  /** Whether it may be asked what the process is busy with. */
  readonly profiling: boolean;
}

/** What differs between a host, a sandbox and a test. */
export interface AgentParts {
  readonly fs: FileSystem;
  readonly folders: AgentFolders;
  /** In force now; a reload changes what it answers. */
  readonly settings: () => AgentSettings;
  readonly log: Log;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly bootId: string;
  readonly pid: number;
  readonly selinux: boolean;
  /** Processes of this machine are this root's; a sandbox must not signal them. */
  readonly ownsProcesses: boolean;
  /** The systemd that runs is that of this root: it holds the timers of guards. */
  readonly hasSystemd: boolean;
  readonly peerOf: (descriptor: number) => Peer | null;
  readonly takeLock: TakeLock;
  /** One entry to the journal of systemd; null where the agent's output is not that journal. */
  readonly toJournal: ((entry: Uint8Array) => boolean) | null;
}

/** Built and not yet running. Disposal closes everything in reverse; `run` must have ended. */
export interface Agent extends AsyncDisposable {
  readonly engine: EnginePort;
  readonly events: EventLog;
  /** The spec folder was looked at once, and what it had for this node was accepted. */
  readonly looked: Promise<void>;
  /** The page, where it is served on a port; null: it is not, or not yet. */
  readonly page: string | null;
  /** Runs until `signal` aborts. `ready`: the sockets answer, and nothing half made of an earlier run is left. */
  run(signal: AbortSignal, ready: () => Promise<void>): Promise<void>;
  /** Trust roots, policy and specs anew, after the settings changed. What is wrong with the trust roots. */
  reload(): Promise<readonly Reason[]>;
  /** False when the writer hangs in one turn. */
  beats(): boolean;
}
