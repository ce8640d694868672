/** Ignition itself, built once from its pinned module and kept outside the repository. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const module = 'github.com/coreos/ignition/v2';
const pinned = fileURLToPath(new URL('.', import.meta.url));
const cache = process.env['KEELSON_TEST_CACHE'] ?? '/var/cache/keelson-test';
const key = createHash('sha256')
  .update(readFileSync(join(pinned, 'go.sum')))
  .digest('hex')
  .slice(0, 16);
const folder = join(cache, `ignition-${key}`);

/** What is lacking to ask it; false when nothing is. Builds it, a minute long, where it may. */
export function lacksIgnition(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  if (existsSync(folder)) return false;
  if (spawnSync('go', ['version']).status !== 0) return 'needs Go, to build Ignition';
  if (spawnSync('dpkg', ['-s', 'libblkid-dev']).status !== 0)
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'libblkid-dev'], { stdio: 'ignore' });
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(join(cache, 'ignition-'));
  for (const name of ['go.mod', 'go.sum']) cpSync(join(pinned, name), join(made, name));
  const build = (out: string, name: string): boolean =>
    spawnSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', out, `${module}/${name}`], {
      cwd: made,
      stdio: ['ignore', 'ignore', 'inherit'],
    }).status === 0;
  const isBuilt = build('ignition-apply', 'internal') && build('ignition-validate', 'validate');
  // Another run may have been there first: either is the same.
  if (isBuilt && !existsSync(folder)) renameSync(made, folder);
  rmSync(made, { recursive: true, force: true });
  return isBuilt ? false : 'needs a Go module proxy and libblkid-dev, to build Ignition';
}

export interface Said {
  readonly status: number | null;
  readonly out: string;
}

/** Writes what the config says into a root, as the image builder does. */
export function ignitionApply(config: string, root: string): Said {
  return said('ignition-apply', ['--root', root, '--offline', '--ignore-unsupported', config]);
}

export function ignitionValidate(config: string): Said {
  return said('ignition-validate', [config]);
}

function said(program: string, argv: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync(join(folder, program), argv, {
    encoding: 'utf8',
    // It applies only where it takes the machine for a container.
    env: { PATH: process.env['PATH'], container: 'podman' },
  });
  return { status, out: `${stdout}${stderr}` };
}
