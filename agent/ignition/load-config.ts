/** A config with what it merges, or is replaced by, as far as that is here. */
import type { Reason } from '../base/errors.ts';
import type { IgnitionConfig, Resource } from './config.ts';
import { contentsOf, type Allowance } from './contents.ts';
import { ignitionError } from './errors.ts';
import { IGNITION_LIMITS } from './limits.ts';
import { mergeConfigs } from './merge.ts';
import { readConfig } from './read-config.ts';

/** Bytes of a source that is no data: URL; null where it is not at hand. */
export type FindSource = (source: string) => Promise<Uint8Array | null>;

export interface LoadedConfig {
  readonly config: IgnitionConfig | null;
  /** Why it cannot be used; none where `config` is there. */
  readonly findings: readonly Reason[];
  /** Configs that it refers to and that are not here. */
  readonly missing: readonly Reason[];
}

export async function loadConfig(bytes: Uint8Array, file: string, find: FindSource): Promise<LoadedConfig> {
  const findings: Reason[] = [];
  const missing: Reason[] = [];
  const allowance = { bytes: IGNITION_LIMITS.allContentBytes };
  const config = await rendered(bytes, file, 0, { find, findings, missing, allowance });
  return { config: findings.length > 0 ? null : config, findings, missing };
}

interface Loading {
  readonly find: FindSource;
  readonly findings: Reason[];
  readonly missing: Reason[];
  readonly allowance: Allowance;
}

async function rendered(
  bytes: Uint8Array,
  file: string,
  depth: number,
  loading: Loading,
): Promise<IgnitionConfig | null> {
  const read = readConfig(bytes, file);
  if (read.config === undefined) return (loading.findings.push(...read.findings), null);
  const { merge = [], replace } = read.config.ignition.config ?? {};
  const replaced = replace?.source === undefined || replace.source === '' ? undefined : replace;
  if (depth >= IGNITION_LIMITS.mergeDepth && (replaced !== undefined || merge.length > 0)) {
    const message = `configs refer to each other more than ${IGNITION_LIMITS.mergeDepth} deep`;
    const place = read.locate('/ignition/config');
    return (loading.findings.push(ignitionError('KSN-IGN-014', message, { place }).toReason()), null);
  }
  if (replaced !== undefined) return await referred(replaced, `${file} ignition.config.replace`, depth, loading);
  let config: IgnitionConfig = read.config;
  for (const [at, reference] of merge.entries()) {
    const child = await referred(reference, `${file} ignition.config.merge[${at}]`, depth, loading);
    if (child !== null) config = mergeConfigs(config, child);
  }
  return config;
}

async function referred(
  reference: Resource,
  element: string,
  depth: number,
  loading: Loading,
): Promise<IgnitionConfig | null> {
  const { source = '' } = reference;
  if (source === '') return null;
  const found = /^data:/iu.test(source) ? undefined : await loading.find(source);
  const contents = contentsOf(reference, element, loading.allowance, found ?? undefined);
  if ('elsewhere' in contents) return (loading.missing.push(contents.elsewhere), null);
  if ('broken' in contents) return (loading.findings.push(contents.broken), null);
  return await rendered(contents.bytes, element, depth + 1, loading);
}
