/** Bytes → a config, or all that is wrong with it, each with its place. Never throws, whatever the bytes. */
import type { Reason } from '../base/errors.ts';
import { quoted } from '../base/words.ts';
import { readJson } from '../desired/json-text.ts';
import type { SourceDocument } from '../desired/source-text.ts';
import { CONFIG_SHAPE } from './config-shape.ts';
import type { IgnitionConfig } from './config.ts';
import { ignitionError, type IgnitionCode } from './errors.ts';
import { judgeConfig } from './judge-config.ts';
import { IGNITION_LIMITS } from './limits.ts';
import { checkShape } from './shape.ts';

export type ReadConfig =
  | { readonly config: IgnitionConfig; readonly locate: Locate; readonly findings?: undefined }
  | { readonly config?: undefined; readonly findings: readonly Reason[] };

/** Where the part at a pointer stands. */
export type Locate = (pointer: string) => { readonly file: string; readonly line: number; readonly column: number };

export function readConfig(bytes: Uint8Array, file: string): ReadConfig {
  const fault = (code: IgnitionCode, message: string, at: { readonly line?: number; readonly column?: number } = {}) =>
    ignitionError(code, message, { place: { file, ...at } }).toReason();
  if (bytes.length > IGNITION_LIMITS.configBytes)
    return {
      findings: [fault('KSN-IGN-001', `the config has ${bytes.length} bytes; ${IGNITION_LIMITS.configBytes} are read`)],
    };
  const text = decoded(bytes);
  if (text === null) return { findings: [fault('KSN-IGN-001', 'the config is not UTF-8 text')] };
  const read = readJson(text, { nodes: IGNITION_LIMITS.nodes });
  if (read.document === undefined)
    return {
      findings: read.faults.map(({ message, line, column }) => fault('KSN-IGN-001', message, { line, column })),
    };
  return judged(read.document, file);
}

function judged(document: SourceDocument, file: string): ReadConfig {
  const locate: Locate = (pointer) => ({ file, ...document.locate(pointer) });
  const findings: Reason[] = [];
  const report = (code: IgnitionCode, message: string, pointer: string, remedy?: string): void => {
    if (findings.length >= IGNITION_LIMITS.findings) return;
    const place = locate(pointer);
    findings.push(ignitionError(code, message, { place, ...(remedy !== undefined && { remedy }) }).toReason());
  };
  const minor = minorOf(document.value);
  if (typeof minor === 'string') report('KSN-IGN-002', minor, '/ignition/version');
  checkShape(document.value, CONFIG_SHAPE, typeof minor === 'string' ? NEWEST : minor, '', report);
  if (document.value === null) report('KSN-IGN-006', 'expected a map, found nothing (null)', '');
  if (findings.length > 0) return { findings };
  const config = withoutNulls(document.value) as IgnitionConfig;
  judgeConfig(config, report);
  if (findings.length > 0) return { findings };
  return { config: typeof minor === 'number' && minor < SPECIAL_BITS ? withUsualModes(config) : config, locate };
}

const NEWEST = 6;
/** Before this version setuid, setgid and sticky bits are taken without a word, and not set. */
const SPECIAL_BITS = 6;

function withUsualModes(config: IgnitionConfig): IgnitionConfig {
  const { files, directories } = config.storage ?? {};
  return {
    ...config,
    storage: {
      ...config.storage,
      ...(files !== undefined && { files: files.map(withUsualMode) }),
      ...(directories !== undefined && { directories: directories.map(withUsualMode) }),
    },
  };
}

function withUsualMode<T extends { readonly mode?: number }>(node: T): T {
  return node.mode === undefined ? node : { ...node, mode: node.mode & 0o777 };
}

/** The minor version, or what is wrong with it. */
function minorOf(value: unknown): number | string {
  const { ignition } = (value ?? {}) as { readonly ignition?: { readonly version?: unknown } | null };
  const version = ignition?.version;
  // What is missing or of another type, the shape tells.
  if (typeof version !== 'string') return NEWEST;
  const minor = /^3[.]([0-6])[.]0$/u.exec(version)?.[1];
  return minor === undefined ? `${quoted(version)} is no version that is read: 3.0.0 to 3.6.0` : Number(minor);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutNulls(each)]));
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
