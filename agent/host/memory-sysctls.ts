/** The twin of /proc/sys, for tests and for a sandbox, whose root has no kernel of its own. Nothing outlives it. */
import type { SysctlOutcome, SysctlReading, Sysctls } from '../resources/kind.ts';

export interface MemorySysctlsOptions {
  readonly values?: Readonly<Record<string, string>>;
  readonly readOnly?: readonly string[];
  /** What a path that nobody has written is: not there, or there with nothing in it. */
  readonly missing?: 'absent' | 'empty';
  /** The text that a kernel makes of what is written; null: it refuses. */
  readonly takes?: (path: string, value: string) => string | null;
}

export class MemorySysctls implements Sysctls {
  readonly values: Map<string, string>;
  /** Every write, in order. */
  readonly writes: (readonly [path: string, value: string])[] = [];
  readonly #options: MemorySysctlsOptions;

  constructor(options: MemorySysctlsOptions = {}) {
    this.#options = options;
    this.values = new Map(Object.entries(options.values ?? {}));
  }

  async read(path: string): Promise<SysctlReading> {
    const { missing = 'absent', readOnly = [] } = this.#options;
    const text = this.values.get(path) ?? (missing === 'empty' ? '' : undefined);
    return text === undefined ? { absent: true } : { text, writable: !readOnly.includes(path) };
  }

  async write(path: string, value: string): Promise<SysctlOutcome> {
    const now = await this.read(path);
    if (!('text' in now)) return 'absent';
    if (!now.writable) return 'read-only';
    const taken = this.#options.takes === undefined ? value : this.#options.takes(path, value);
    if (taken === null) return 'refused';
    this.values.set(path, taken);
    this.writes.push([path, value]);
    return 'written';
  }
}
