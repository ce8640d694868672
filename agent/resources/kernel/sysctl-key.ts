/**
 * Names of kernel parameters. Both spellings of sysctl.d are taken: whichever of '.' and '/' comes first separates, and
 * the other one stands for a '.' in a name: `net.ipv4.conf.eth0/100.rp_filter` is `net/ipv4/conf/eth0.100/rp_filter`.
 */

/** No part is empty, "." or "..": what passes is a path beneath /proc/sys. In a file a "-" before it would mean something. */
export const SYSCTL_KEY = /^(?=.{3,200}$)[A-Za-z0-9_][A-Za-z0-9_@:-]*(?:[./][A-Za-z0-9_@:-]+)+$/;

/** `net.ipv4.ip_forward` → `net/ipv4/ip_forward`, the path beneath /proc/sys. */
export function sysctlPath(key: string): string {
  return /[./]/.exec(key)?.[0] === '.' ? key.replaceAll(/[./]/g, (one) => (one === '.' ? '/' : '.')) : key;
}

/** The one name that every spelling leads to: that with dots. */
export function dotted(path: string): string {
  return path.replaceAll(/[./]/g, (one) => (one === '/' ? '.' : '/'));
}

/** Behind every other file of sysctl.d, since the last to name a key wins. */
const before = '/etc/sysctl.d/99-zz-keelson-';

/** Its own file, so that one changes without another. */
export function sysctlFile(path: string): string {
  return `${before}${dotted(path).replaceAll('/', '+')}.conf`;
}

/** The parameter that a file of ours is for; null: it is none of ours. */
export function pathOfFile(file: string): string | null {
  if (!file.startsWith(before) || !file.endsWith('.conf')) return null;
  const name = file.slice(before.length, -'.conf'.length).replaceAll('+', '/');
  return SYSCTL_KEY.test(name) ? sysctlPath(name) : null;
}

/** Those that hold a key: a spec, a plan and a journal would show it. */
export function isSecretKey(path: string): boolean {
  return /(?:^|\/)(?:stable_secret|tcp_fastopen_key)$/.test(path);
}
