/** A root with guards on it, whose timers start when the test says so. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { GuardTimers } from '../../agent/apply/guard-timers.ts';
import { systemClock } from '../../agent/base/system-clock.ts';
import { HostGuardTimers, type GuardOptions } from '../../agent/host/guard-timers.ts';
import { createRunCommand } from '../../agent/host/run-command.ts';
import type { Change, Fingerprint } from '../../agent/resources/kind.ts';
import type { DirectoryState, FileState, LinkState } from '../../agent/resources/path-state.ts';
import { realRoot } from '../support/roots.ts';

export const stateDir = '/var/lib/keelson';
export const bootId = '00000000-0000-4000-8000-000000000001';
export const content: Fingerprint = `hmac:${'a'.repeat(43)}`;
export const otherContent: Fingerprint = `hmac:${'b'.repeat(43)}`;

export const file = (more: Partial<FileState> = {}): FileState => ({
  type: 'file',
  content,
  size: 1,
  mode: '0644',
  owner: 'root',
  group: 'root',
  ...more,
});
export const directory = (mode = '0755'): DirectoryState => ({ type: 'directory', mode, owner: 'root', group: 'root' });
export const link = (target: string): LinkState => ({ type: 'link', target });

export function changeOf(
  path: string,
  from: unknown,
  to: unknown,
  more: Partial<Change<unknown>> = {},
): Change<unknown> {
  return {
    id: 't1-1',
    address: `file:${path}`,
    kind: 'files',
    covers: [`file:${path}`],
    from,
    to,
    why: 'generation',
    adopts: false,
    claims: [`path:${path}`],
    needs: [],
    effects: [],
    undo: 'exact',
    guard: { seconds: 30, argv: [] },
    onRemove: 'default',
    summary: 'test',
    ...more,
  };
}

export async function guarded(options: Partial<GuardOptions> = {}) {
  const root = await realRoot();
  const started: (readonly string[])[] = [];
  const stopped: string[] = [];
  const at = (path: string): string => root.path + path;
  const preimages = at(`${stateDir}/preimages`);
  mkdirSync(preimages, { recursive: true, mode: 0o700 });
  const parts: GuardOptions = {
    fs: root.fs,
    stateDir,
    clock: systemClock,
    run: createRunCommand({ clock: systemClock }),
    spawnDetached: async (argv) => {
      started.push(argv);
      return () => void stopped.push(argv.at(-1) ?? '');
    },
    hasSystemd: false,
    accounts: { uid: (name) => (name === 'root' ? 0 : null), gid: (name) => (name === 'root' ? 0 : null) },
    bootId,
    ...options,
  };
  const open = (more: Partial<GuardOptions> = {}): GuardTimers => new HostGuardTimers({ ...parts, ...more });
  return {
    ...root,
    at,
    started,
    stopped,
    guards: open(),
    /** As after a restart of the agent. */
    open,
    save(fingerprint: Fingerprint, bytes: string | Uint8Array): void {
      writeFileSync(`${preimages}/${fingerprint.slice(5)}`, bytes, { mode: 0o600 });
    },
    write(path: string, bytes: string | Uint8Array, mode = 0o644): void {
      writeFileSync(at(path), bytes);
      chmodSync(at(path), mode);
    },
    has: (name: string): boolean => existsSync(at(`${stateDir}/guards/${name}`)),
    /** As the timer does. */
    fire(id = 't1-1', mode?: 'boot' | 'agent', shell: readonly string[] = ['/bin/sh']) {
      const [program = '', ...words] = [
        ...shell,
        at(`${stateDir}/guards/${id}.sh`),
        ...(mode === undefined ? [] : [mode]),
      ];
      const { status, stderr } = spawnSync(program, words, { encoding: 'utf8', cwd: '/' });
      return { status, stderr };
    },
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  };
}
