import type { Clock } from '../base/clock.ts';
import type { FileSystem, ReadFileSystem } from '../../hostfs/filesystem.ts';
import type {
  Accounts,
  Fingerprint,
  Host,
  HostAbilities,
  KindSettings,
  ReadHost,
  RunCommand,
  StageHost,
  Sysctls,
} from '../resources/kind.ts';

/** What hosts are made of; the composition root says which file system, accounts and stores these are. */
export interface HostParts {
  readonly fs: FileSystem;
  readonly accounts: Accounts;
  readonly abilities: HostAbilities;
  readonly settings: KindSettings;
  readonly clock: Clock;
  readonly sysctls: Sysctls;
  readonly run: RunCommand;
  readonly fingerprint: (bytes: Uint8Array) => Fingerprint;
  readonly digester: ReadHost['digester'];
  readonly content: StageHost['content'];
  readonly secrets: StageHost['secrets'];
  readonly savePreimage: StageHost['savePreimage'];
}

/** The three handles of decreasing trust; each is its own object, so that a kind cannot reach a stronger one. */
export interface Hosts {
  readonly read: ReadHost;
  readonly stage: StageHost;
  /** As `stage`, for a change that is never undone. */
  readonly stageForGood: StageHost;
  readonly mutate: Host;
}

/**
 * Three objects of their own, each able to do what its step may: `read` looks, `stage` writes temporaries and the
 * agent's own store, `mutate` changes the host.
 */
export function hostsOf(parts: HostParts): Hosts {
  const { fs, accounts, abilities, settings, clock, run, fingerprint, digester } = parts;
  const sysctls = { read: (path: string) => parts.sysctls.read(path) };
  const read: ReadHost = {
    fs: readOnly(fs),
    accounts,
    abilities,
    settings,
    clock,
    sysctls,
    run,
    fingerprint,
    digester,
  };
  const stage: StageHost = {
    ...read,
    content: parts.content,
    secrets: () => parts.secrets(),
    savePreimage: parts.savePreimage,
    undoable: true,
    temporaries: {
      stage: (...args) => fs.stage(...args),
      stageLink: (...args) => fs.stageLink(...args),
      unstage: (...args) => fs.unstage(...args),
    },
  };
  const stageForGood: StageHost = { ...stage, undoable: false };
  return { read, stage, stageForGood, mutate: { ...stage, fs, sysctls: parts.sysctls } };
}

function readOnly(fs: FileSystem): ReadFileSystem {
  return {
    lstat: (...args) => fs.lstat(...args),
    read: (...args) => fs.read(...args),
    audit: (...args) => fs.audit(...args),
    auditTree: (...args) => fs.auditTree(...args),
    list: (...args) => fs.list(...args),
    space: (...args) => fs.space(...args),
    watch: (...args) => fs.watch(...args),
    physical: (...args) => fs.physical(...args),
  };
}
