/** Child of sysctls.test.ts, in a network namespace of its own: the real engine's kinds on the real /proc/sys. Prints what it saw. */
import { readFileSync, writeFileSync } from 'node:fs';
import { procSysctls } from '../../../agent/host/proc-sysctls.ts';
import { expandSections } from '../../../agent/desired/items.ts';
import { directories } from '../../../agent/resources/directories/index.ts';
import { sysctls } from '../../../agent/resources/kernel/index.ts';
import { LittleEngine } from '../../contract/little-engine.ts';
import { memoryHost } from '../../support/memory-host.ts';

const kinds = [directories, sysctls];
const kernel = procSysctls('/proc/sys');
const host = await memoryHost({ sysctls: kernel });
const engine = new LittleEngine(kinds, host);
const itemsOf = (section: Record<string, unknown>) => {
  const items = expandSections({ 'kernel.sysctls': section }, kinds, host.context);
  host.stores.learn(items);
  return items;
};
const at = (path: string): string => readFileSync(`/proc/sys/${path}`, 'utf8').trim();
const failure = (section: Record<string, unknown>): Promise<unknown> =>
  engine.converge(itemsOf(section)).then(
    () => null,
    (error: unknown) => (error as { readonly code?: string }).code ?? String(error),
  );
const own = {
  'net.ipv4.ip_nonlocal_bind': true,
  'net.ipv4.tcp_rmem': '4096 87380 4194304',
  'net/ipv4/conf/lo/rp_filter': '0x2',
};
const before = at('net/ipv4/ip_nonlocal_bind');
await engine.converge(itemsOf(own));
const now = [at('net/ipv4/ip_nonlocal_bind'), at('net/ipv4/tcp_rmem'), at('net/ipv4/conf/lo/rp_filter')];
const still = (await engine.look(itemsOf(own))).changes.length;
writeFileSync('/proc/sys/net/ipv4/ip_nonlocal_bind', '0\n');
const drift = (await engine.look(itemsOf(own))).changes.map(({ address, why }) => [address, why]);
await engine.converge(itemsOf(own));
const repaired = at('net/ipv4/ip_nonlocal_bind');
const { waits } = await engine.look(itemsOf({ ...own, 'net.ipv4.conf.eth7/100.rp_filter': 1 }));
const refused = await failure({ ...own, 'net.ipv4.tcp_congestion_control': 'no-such-thing' });
const readOnly = await failure({ ...own, 'kernel.osrelease': '1' });
const unreadable = await kernel.read('net/ipv4/route/flush');
await engine.converge([]);
const after = at('net/ipv4/ip_nonlocal_bind');
console.log(
  JSON.stringify({
    before,
    now,
    still,
    drift,
    repaired,
    waits: waits.map(({ reason }) => reason.code),
    refused,
    readOnly,
    unreadable,
    after,
  }),
);
