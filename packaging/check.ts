/** Runs every static check, all of them even when one fails, and says at the end which failed. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const rooms = ['agent', 'hostfs', 'selinux', 'gpu', 'coordinator', 'proto', 'packaging', 'test'];
const present = rooms.filter((room) => existsSync(`${root}/${room}`));

const checks: ReadonlyArray<readonly [what: string, program: string, ...args: string[]]> = [
  ['types', 'tsc', '--pretty', 'false'],
  ['types of what runs in a browser', 'tsc', '--pretty', 'false', '-p', 'agent/debug/page/client'],
  ['lint', 'oxlint', ...present],
  ['format', 'oxfmt', '--check'],
  ['rooms', 'depcruise', '--config', '.dependency-cruiser.mjs', ...present],
  // Code is dead when the program does not reach it, so this waits for a program.
  ...(existsSync(`${root}/agent/main.ts`) ? ([['dead code', 'knip', '--no-progress']] as const) : []),
];

const failed: string[] = [];
for (const [what, program, ...args] of checks) {
  const { status, error, stdout, stderr } = spawnSync(`${root}/node_modules/.bin/${program}`, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) {
    console.log(`ok      ${what}`);
    continue;
  }
  failed.push(what);
  console.log(`FAILED  ${what} (${program})`);
  console.log(`${stdout}${stderr}${error?.message ?? ''}`.trimEnd());
}

if (failed.length > 0) {
  console.log(`make check: failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
