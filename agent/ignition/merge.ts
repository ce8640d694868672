/** A config laid over another, by Ignition's own rules (config/merge of its sources). */
import type { IgnitionConfig } from './config.ts';

/** What the child says wins; entries of the same key become one, and `append` grows. */
export function mergeConfigs(parent: IgnitionConfig, child: IgnitionConfig): IgnitionConfig {
  return mergeMaps(parent as unknown as Json, child as unknown as Json, '') as unknown as IgnitionConfig;
}

type Json = Readonly<Record<string, unknown>>;

/** Lists in which a key names one thing whichever of them it stands in. */
const SHARED_KEYS: Readonly<Record<string, readonly string[]>> = {
  storage: ['directories', 'files', 'links'],
  kernelArguments: ['shouldExist', 'shouldNotExist'],
};
const KEYS = ['path', 'name', 'device', 'source', 'url'] as const;

function mergeMaps(parent: Json, child: Json, name: string): Json {
  const merged: Record<string, unknown> = { ...parent };
  const shared = SHARED_KEYS[name] ?? [];
  for (const list of shared) {
    const elsewhere = new Set(shared.filter((other) => other !== list).flatMap((other) => keysOf(child[other])));
    const own = merged[list];
    if (Array.isArray(own)) merged[list] = own.filter((each) => !elsewhere.has(keyOf(each)));
  }
  for (const [key, value] of Object.entries(child)) {
    const before = merged[key];
    if (Array.isArray(value) && Array.isArray(before))
      merged[key] = key === 'append' ? [...before, ...value] : mergeLists(before, value);
    else merged[key] = isMap(value) && isMap(before) ? mergeMaps(before, value, key) : value;
  }
  return merged;
}

function mergeLists(parent: readonly unknown[], child: readonly unknown[]): readonly unknown[] {
  const over = new Map(child.map((each) => [keyOf(each), each]));
  const parentKeys = new Set(parent.map(keyOf));
  const laid = parent.map((each) => {
    const same = over.get(keyOf(each));
    return same === undefined ? each : isMap(each) && isMap(same) ? mergeMaps(each, same, '') : same;
  });
  return [...laid, ...child.filter((each) => !parentKeys.has(keyOf(each)))];
}

function keysOf(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map(keyOf) : [];
}

function keyOf(entry: unknown): string {
  if (!isMap(entry)) return String(entry);
  const key = KEYS.find((name) => typeof entry[name] === 'string');
  return key === undefined ? '' : String(entry[key]);
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
