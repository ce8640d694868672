import t from 'tap';
import { MemorySysctls } from '../../../agent/host/memory-sysctls.ts';
import { sysctls } from '../../../agent/resources/kernel/index.ts';
import { losesAll, losesNothing } from '../../../hostfs/memory-crash.ts';
import { kindContract, type HostMaker, type KindFixture } from '../../contract/kind-contract.ts';
import { memoryHost } from '../../support/memory-host.ts';

const values = {
  'net/ipv4/ip_forward': '0',
  'net/core/somaxconn': '4096',
  'net/ipv4/tcp_rmem': '4096\t131072\t6291456',
};

/** The kernel outlives the process: a restart finds what was written. */
const withKernel: HostMaker = Object.assign(async () => memoryHost({ sysctls: new MemorySysctls({ values }) }), {
  crash: { points: Number.MAX_SAFE_INTEGER, losing: [losesAll, losesNothing], forks: false },
});

const fixtures: readonly KindFixture[] = [
  {
    title: 'values',
    found: { '/etc/sysctl.d/README': { file: 'not ours' } },
    section: { 'net.core.somaxconn': 8192, 'net.ipv4.ip_forward': 1, 'net.ipv4.tcp_rmem': '4096 87380 6291456' },
    next: { 'net.ipv4.ip_forward': 0, 'net.core.somaxconn': 1024 },
  },
];

t.test('in memory', async (t) => kindContract(t, sysctls, fixtures, withKernel));
