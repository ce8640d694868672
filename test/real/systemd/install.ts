/** Keelson on a machine as its package installs it. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../..', import.meta.url));

export const example = join(checkout, 'examples/edge-node.yaml');
/** While this is there, nothing starts the agent: neither a boot nor its own end. */
export const OFF = 'etc/keelson-off';

const BOOT = 'BindReadOnlyPaths=/run/boot-id:/proc/sys/kernel/random/boot_id';

/** What the package will put where, and the example as the spec of the node. */
export function install(root: string): void {
  const put = (from: string, to: string): void => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
  };
  put(realpathSync(process.execPath), 'usr/lib/keelson/node');
  execFileSync(process.execPath, [`${checkout}packaging/bundle.ts`, join(root, 'usr/lib/keelson/keelson.cjs')]);
  const packaging = (file: string, to: string): void => put(join(checkout, 'packaging', file), to);
  packaging('keelson', 'usr/bin/keelson');
  packaging('config.d/10-package.yaml', 'usr/lib/keelson/config.d/10-package.yaml');
  packaging('systemd/keelson.service', 'usr/lib/systemd/system/keelson.service');
  packaging('systemd/keelson-guards.service', 'usr/lib/systemd/system/keelson-guards.service');
  packaging('systemd/keelson.preset', 'usr/lib/systemd/system-preset/50-keelson.preset');
  packaging('systemd/keelson.sysusers', 'usr/lib/sysusers.d/keelson.conf');
  packaging('systemd/keelson.catalog', 'usr/lib/systemd/catalog/keelson.catalog');
  packaging('systemd/keelson.tmpfiles', 'usr/lib/tmpfiles.d/keelson.conf');
  put(example, 'etc/keelson/specs.d/edge-node.yaml');
  mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
  writeFileSync(join(root, 'etc/keelson/config.d/20-test.yaml'), 'trust: { allowUnsigned: [lb] }\n');
  // The same unit, with a watchdog that a test can wait for, and a way to keep it from being started. Its sandbox
  // binds /proc anew, without what boot.sh has mounted in it.
  mkdirSync(join(root, 'etc/systemd/system/keelson.service.d'), { recursive: true });
  const quick = `[Unit]\nConditionPathExists=!/${OFF}\n[Service]\nWatchdogSec=4\nTimeoutAbortSec=1\n${BOOT}\n`;
  writeFileSync(join(root, 'etc/systemd/system/keelson.service.d/test.conf'), quick);
}
