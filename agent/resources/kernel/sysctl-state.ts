/** What is recorded and compared of a parameter: what the kernel has, and the file that a boot reads. */
import type { Change, State } from '../kind.ts';
import { samePath, type FileState, type PathState } from '../path-state.ts';
import { sameValue } from './sysctl-value.ts';

export interface SysctlState {
  /** Null: the kernel has no such parameter (now). */
  readonly now: string | null;
  readonly file: State<PathState>;
  /** Of what is seen alone: other files of sysctl.d that say something else. In no draft or record. */
  readonly others?: readonly OtherWord[];
}

export interface OtherWord {
  readonly path: string;
  readonly value: string;
  /** It is read after ours. */
  readonly wins: boolean;
}

export interface SysctlSpec {
  /** Beneath /proc/sys. */
  readonly path: string;
  readonly value: string;
  /** In /etc/sysctl.d. */
  readonly file: string;
  readonly fileState: FileState;
}

/** Whether nothing would have to be changed, in the kernel or on disk. */
export function sameSysctl(a: State<SysctlState>, b: State<SysctlState>): boolean {
  if (a === null || b === null) return a === b;
  return sameNow(a.now, b.now) && samePath(a.file, b.file);
}

/** What a crash between the two writes leaves. */
export function betweenSysctls(seen: State<SysctlState>, from: State<SysctlState>, to: State<SysctlState>): boolean {
  if (seen === null || from === null || to === null) return false;
  const now = sameNow(seen.now, from.now) || sameNow(seen.now, to.now);
  return now && (samePath(seen.file, from.file) || samePath(seen.file, to.file));
}

/** Whether the kernel would say the same. */
export function sameNow(a: string | null, b: string | null): boolean {
  return a === null || b === null ? a === b : sameValue(a, b);
}

/** The half of a change that is a file, in the words of paths. */
export function fileChange(change: Change<SysctlState>, to: SysctlState | null): Change<PathState> {
  return {
    ...change,
    address: `sysctl:${fileOf(change)}`,
    from: change.from?.file ?? null,
    to: to?.file ?? null,
  };
}

/** Of anything that carries its claims. */
export function fileOf({ claims }: { readonly claims: readonly string[] }): string {
  return claimed(claims, 'path:');
}

/** Beneath /proc/sys. */
export function parameterOf({ claims }: { readonly claims: readonly string[] }): string {
  return claimed(claims, 'sysctl:');
}

function claimed(claims: readonly string[], prefix: string): string {
  return claims.find((claim) => claim.startsWith(prefix))?.slice(prefix.length) ?? '';
}
