/** What a file of sysctl.d says, as systemd-sysctl reads it. */
import { sysctlPath } from './sysctl-key.ts';

export interface SysctlLine {
  /** Beneath /proc/sys; perhaps with the wildcards of glob(7). */
  readonly path: string;
  /** Null: excepted from wildcards, and nothing else (`-net.ipv4.conf.lo.rp_filter`). */
  readonly value: string | null;
  /** A failure is no fault (`-KEY = VALUE`). */
  readonly mayFail: boolean;
}

/** Lines that say nothing, or that systemd would call invalid, are left out. */
export function parseSysctlD(text: string): readonly SysctlLine[] {
  return text.split('\n').flatMap((raw) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return [];
    const mayFail = line.startsWith('-');
    const said = mayFail ? line.slice(1) : line;
    const equals = said.indexOf('=');
    if (equals < 0) return mayFail ? lineOf(said, null, true) : [];
    return lineOf(said.slice(0, equals), said.slice(equals + 1).trim(), mayFail);
  });
}

function lineOf(key: string, value: string | null, mayFail: boolean): readonly SysctlLine[] {
  const name = key.trim();
  return name === '' ? [] : [{ path: sysctlPath(name), value, mayFail }];
}

/** The file that keeps one parameter. The spelling with slashes is read alike by systemd and procps. */
export function renderSysctlD(path: string, value: string): string {
  return `# Kept by Keelson: change the spec instead.\n${path} = ${value}\n`;
}
