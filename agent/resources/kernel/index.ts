import type { Draft, Health, Kind, ReadHost, State, Target } from '../kind.ts';
import { describePath } from '../path-describe.ts';
import { samePath } from '../path-state.ts';
import { watchPaths } from '../path-watch.ts';
import { kernelError } from './errors.ts';
import { adoptSysctl } from './sysctl-adopt.ts';
import { applySysctl, stageSysctl } from './sysctl-apply.ts';
import { pathOfFile, SYSCTL_KEY, sysctlFile, sysctlPath } from './sysctl-key.ts';
import { keyOf, observeSysctls } from './sysctl-observe.ts';
import { KIND, planSysctls } from './sysctl-plan.ts';
import { expandSysctls, validateSysctls } from './sysctl-spec.ts';
import { betweenSysctls, sameNow, sameSysctl, type SysctlSpec, type SysctlState } from './sysctl-state.ts';

/** Parameters of the kernel: what it has now, and what a boot brings. */
export const sysctls: Kind<SysctlSpec, SysctlState> = {
  name: KIND,
  prefix: 'sysctl',
  stateVersion: 1,
  schema: async () => (await import('./schema.ts')).sysctlSchema,
  key: {
    pattern: SYSCTL_KEY,
    meaning: "the name of a parameter: 'net.ipv4.ip_forward', 'net/ipv4/conf/eth0.100/rp_filter'",
  },
  validate: validateSysctls,
  expand: expandSysctls,
  adopt: adoptSysctl,
  observe: observeSysctls,
  plan: planSysctls,
  same: sameSysctl,
  between: betweenSysctls,
  stage: stageSysctl,
  apply: applySysctl,
  probe,
  async *watch(at, host, signal) {
    // /proc/sys tells nobody of its changes: those are found when everything is looked at.
    const addresses = new Map(at.map(({ address }) => [sysctlPath(keyOf(address)), address]));
    const files = at.map((target) => ({
      ...target,
      address: `sysctl:${sysctlFile(sysctlPath(keyOf(target.address)))}` as const,
    }));
    for await (const hint of watchPaths(KIND, files, host, signal)) {
      const touched = (hint.addresses ?? []).flatMap((file) => {
        const address = addresses.get(pathOfFile(keyOf(file)) ?? '');
        return address === undefined ? [] : [address];
      });
      if (touched.length > 0) yield { kind: KIND, addresses: touched };
    }
  },
  describe: describeSysctl,
};

async function probe(
  at: Target<SysctlSpec, SysctlState>,
  expected: State<SysctlState>,
  host: ReadHost,
  signal: AbortSignal,
): Promise<Health> {
  const observation = (await observeSysctls([at], host, signal)).get(at.address);
  if (observation === undefined) return { is: 'unknown' };
  if ('unknown' in observation) return { is: 'unknown', reason: observation.unknown };
  const seen = observation.state;
  // Its interface or module went: what was to be put back came back by itself.
  const wanted = at.item === null && seen?.now === null && expected !== null ? { ...expected, now: null } : expected;
  if (sameSysctl(seen, wanted)) return { is: 'healthy' };
  const message = `${at.address} is ${seen?.now ?? 'absent'}, not ${wanted?.now ?? 'absent'}, or its file in /etc/sysctl.d is not as written`;
  return { is: 'unhealthy', reason: kernelError('KSN-KERNEL-010', message, { element: at.address }).toReason() };
}

function describeSysctl(draft: Draft<SysctlState>): string {
  const { address, from, to } = draft;
  if (to !== null && 'pending' in to) return '';
  if (sameSysctl(from, to)) return 'as it is';
  const [before, after] = [from?.now ?? null, to?.now ?? null];
  const now = sameNow(before, after) ? [] : [`~ now ${before ?? 'absent'} → ${after ?? 'absent'}`];
  if (samePath(from?.file ?? null, to?.file ?? null)) return now.join('\n');
  const file = describePath({ ...draft, from: from?.file ?? null, to: to?.file ?? null });
  return [...now, sysctlFile(sysctlPath(keyOf(address))), ...file.split('\n').map((line) => `  ${line}`)].join('\n');
}
