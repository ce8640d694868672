/** Files → settings, or everything that is wrong with them. */
import type { Reason } from '../base/errors.ts';
import { nearest, quoted } from '../base/words.ts';
import { CONFIG_FOLDERS, readDropIns, readText } from './drop-ins.ts';
import { ConfigError, configError, type ConfigCode } from './errors.ts';
import type { ConfigFiles, KeyPath } from './fragment.ts';
import { keyOf, Merged } from './merge.ts';
import { SETTINGS_SHAPE } from './settings-shape.ts';
import { settingsOf, type Settings } from './settings.ts';

export interface LoadOptions {
  readonly files: ConfigFiles;
  /** `[]` leaves the drop-ins out. */
  readonly folders?: readonly string[];
  /** `--config FILE`, read by whoever was given its name; it comes last. */
  readonly extra?: { readonly file: string; readonly bytes: Uint8Array };
  /** Names of kinds, where they are known: a setting for another is a fault. */
  readonly kinds?: readonly string[];
}

/** One setting as it is in force. */
export interface EffectiveValue {
  readonly key: string;
  /** As it would be written. */
  readonly value: unknown;
  /** `file:line`, or `default`. */
  readonly origin: string;
  readonly about: string;
}

/** Settings without a fault: a configuration with faults is thrown, not loaded. */
export interface LoadedConfig {
  readonly settings: Settings;
  /** For `keelson config show`; keeps the files in memory as long as it is kept itself. */
  readonly effective: () => Promise<readonly EffectiveValue[]>;
}

/** @throws ConfigError with all findings. */
export async function loadConfig({
  files,
  folders = CONFIG_FOLDERS,
  extra,
  kinds,
}: LoadOptions): Promise<LoadedConfig> {
  const { fragments, findings } = await readDropIns(files, folders);
  const last = extra === undefined ? null : await readText(extra.file, extra.bytes);
  const merged = new Merged(SETTINGS_SHAPE);
  for (const fragment of fragments) merged.lay(fragment);
  if (last !== null && 'value' in last) merged.lay(last);
  const all = [
    ...findings,
    ...(last !== null && !('value' in last) ? last : []),
    ...(await merged.findings()),
    ...(await contradictions(merged)),
    ...(kinds === undefined ? [] : await unknownKinds(merged, kinds)),
  ];
  if (all.length > 0) throw new ConfigError(all);
  return { settings: settingsOf(merged.values()), effective: () => effectiveOf(merged) };
}

type Inputs = Merged<typeof SETTINGS_SHAPE>;

async function effectiveOf(merged: Inputs): Promise<readonly EffectiveValue[]> {
  return Promise.all(
    [...merged.all()].map(async ({ path, shown, origin, about }) => {
      if (origin === null) return { key: keyOf(path), value: shown, origin: 'default', about };
      const { file = '', line } = await origin.fragment.locate(origin.path);
      return { key: keyOf(path), value: shown, origin: line === undefined ? file : `${file}:${line}`, about };
    }),
  );
}

async function contradictions(merged: Inputs): Promise<readonly Reason[]> {
  const { paths, node } = merged.values();
  const findings: Reason[] = [];
  const { node: label } = node.labels;
  if (label !== undefined && label !== node.name) {
    const message = 'node.labels.node is not the name of the node, which selectors see under this label';
    const remedy = 'Take it out; what a node is called is said by node.name, or else by its host name.';
    findings.push(await finding(merged, 'KSN-CFG-007', ['node', 'labels', 'node'], ['node', 'name'], message, remedy));
  }
  if (paths.state === paths.runtime || paths.state.startsWith(`${paths.runtime}/`)) {
    const message = `paths.state (${paths.state}) lies in paths.runtime (${paths.runtime}), which a reboot empties`;
    findings.push(await finding(merged, 'KSN-CFG-007', ['paths', 'state'], ['paths', 'runtime'], message));
  }
  return findings;
}

async function unknownKinds(merged: Inputs, kinds: readonly string[]): Promise<readonly Reason[]> {
  const { mode, policy } = merged.values();
  const named = [
    ...Object.keys(mode.kinds).map((kind) => ({ kind, path: ['mode', 'kinds', kind] })),
    ...(policy.kinds === 'any' ? [] : policy.kinds.map((kind) => ({ kind, path: ['policy', 'kinds'] }))),
  ];
  return Promise.all(
    named
      .filter(({ kind }) => !kinds.includes(kind))
      .map(({ kind, path }) => {
        const meant = nearest(kind, kinds);
        const remedy = meant === undefined ? `There are: ${kinds.join(', ')}.` : `Did you mean ${meant}?`;
        return finding(merged, 'KSN-CFG-006', path, path, `${keyOf(path)}: there is no kind ${quoted(kind)}`, remedy);
      }),
  );
}

/** At the place of the first that somebody set. */
async function finding(
  merged: Inputs,
  code: ConfigCode,
  path: KeyPath,
  other: KeyPath,
  message: string,
  remedy?: string,
): Promise<Reason> {
  const origin = merged.originOf(path) ?? merged.originOf(other);
  const place = origin === null ? undefined : await origin.fragment.locate(origin.path);
  return configError(code, message, {
    element: keyOf(path),
    ...(place !== undefined && { place }),
    ...(remedy !== undefined && { remedy }),
  }).toReason();
}
