/** The configuration of the root that is meant, as the agent and the commands use it. */
import type { AgentFolders, AgentSettings } from '../composition.ts';
import { CONFIG_FOLDERS } from '../config/drop-ins.ts';
import { loadConfig, type LoadedConfig } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import { readHostname } from '../host/facts.ts';
import { keptFrom } from '../verify/local-policy.ts';
import { TRUST_FOLDERS } from '../verify/trust-store.ts';
import type { GlobalOptions } from './invocation.ts';
import { readGiven } from './read-given.ts';
import { PROGRAM_VERSION } from './program-version.ts';

/** @throws ConfigError with everything that is wrong. */
export async function readConfig(
  fs: ReadFileSystem,
  { config }: GlobalOptions,
  kinds?: readonly string[],
): Promise<LoadedConfig> {
  const extra = config === undefined ? {} : { extra: { file: config, bytes: await readGiven(config) } };
  return loadConfig({ files: fs, ...extra, ...(kinds !== undefined && { kinds }) });
}

/** Absolute in the root. */
export function foldersOf({ paths, sources }: Settings): AgentFolders {
  return {
    state: paths.state,
    runtime: paths.runtime,
    events: `${paths.state}/events`,
    status: `${paths.state}/status.json`,
    specs: sources.folder,
  };
}

/** `inUse`: folders of the agent that runs; a reload moves the configured ones, and not those. */
export async function agentSettingsOf(
  settings: Settings,
  fs: ReadFileSystem,
  inUse: AgentFolders = foldersOf(settings),
): Promise<AgentSettings> {
  const nodeName = settings.node.name ?? (await readHostname(fs)) ?? '';
  const { node, mode, policy, drift, trust, paths, foreignManifests, notices, sockets, sources, debug } = settings;
  return {
    engine: {
      nodeName,
      agentVersion: PROGRAM_VERSION,
      mode: mode.node,
      kindModes: mode.kinds,
      adoption: policy.adoption,
      settleMs: drift.settleMs,
      immediatePaths: drift.settleZero,
    },
    verifier: {
      thresholds: { threshold: trust.threshold, bySeries: trust.seriesThreshold },
      allowUnsigned: trust.allowUnsigned,
      // `keelson build` binds each document to its node by this one.
      labels: { ...node.labels, ...(nodeName !== '' && { node: nodeName }) },
      policy: keptFrom(policy, [
        ...CONFIG_FOLDERS,
        ...TRUST_FOLDERS,
        ...[foldersOf(settings), inUse].flatMap(({ state, runtime, specs }) => [state, runtime, specs]),
        ...[notices.motd, notices.issue].filter((path) => path !== null),
      ]),
      kindSettings: { manifestFolder: paths.manifests, foreignManifests },
    },
    notices,
    readers: sockets.group,
    pollMs: sources.pollMs,
    listen: debug.listen,
    profiling: debug.profiling,
  };
}
