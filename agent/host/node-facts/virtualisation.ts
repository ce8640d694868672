/** On what the machine runs, as systemd-detect-virt(1) calls it, from what it looks at. */
import type { VirtualisationFacts } from './document.ts';
import { present, type FactFiles } from './fact-files.ts';

/** By how a field begins; the first that fits. */
const BY_DMI: readonly (readonly [string, string])[] = [
  ['KVM', 'kvm'],
  ['OpenStack', 'kvm'],
  ['KubeVirt', 'kvm'],
  ['Amazon EC2', 'amazon'],
  ['QEMU', 'qemu'],
  ['VMware', 'vmware'],
  ['VMW', 'vmware'],
  ['innotek GmbH', 'oracle'],
  ['VirtualBox', 'oracle'],
  ['Oracle Corporation', 'oracle'],
  ['Xen', 'xen'],
  ['Bochs', 'bochs'],
  ['Parallels', 'parallels'],
  ['BHYVE', 'bhyve'],
  ['Hyper-V', 'microsoft'],
  ['Apple Virtualization', 'apple'],
  ['Google Compute Engine', 'google'],
];
const DMI_FIELDS = ['product_name', 'sys_vendor', 'board_vendor', 'bios_vendor', 'product_version'] as const;
const CONTAINERS: ReadonlySet<string> = new Set(['lxc', 'lxc-libvirt', 'systemd-nspawn', 'docker', 'podman', 'oci']);

/** `cpuinfo`: the text of /proc/cpuinfo. */
export async function virtualisation(files: FactFiles, cpuinfo: string | undefined): Promise<VirtualisationFacts> {
  return present({ machine: await machine(files, cpuinfo), container: await container(files) });
}

async function machine(files: FactFiles, cpuinfo: string | undefined): Promise<string | undefined> {
  const hypervisor = cpuinfo === undefined ? undefined : /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo);
  // Amazon's and Google's bare metal names itself as their virtual machines do; the processor tells.
  const isX86 = cpuinfo !== undefined && /^flags\s*:/m.test(cpuinfo);
  const named = await byFirmware(files);
  if (isX86 && hypervisor === false) return named === 'xen' ? 'xen' : 'none';
  if (named === 'qemu' && hypervisor === true) return (await files.exists('/sys/hypervisor')) ? 'xen' : 'kvm-or-qemu';
  if (named !== undefined) return named;
  if (hypervisor === true) return 'vm-other';
  // Without flags (ARM) a machine whose firmware names itself, and no hypervisor, is itself.
  return (await files.exists('/sys/class/dmi/id')) ? 'none' : undefined;
}

async function byFirmware(files: FactFiles): Promise<string | undefined> {
  const xen = await files.text('/sys/hypervisor/type');
  if (xen === 'xen') return 'xen';
  for (const field of DMI_FIELDS) {
    const text = await files.text(`/sys/class/dmi/id/${field}`);
    const vendor = BY_DMI.find(([start]) => text?.startsWith(start) === true)?.[1];
    if (vendor !== undefined) return vendor;
    if (text === 'Virtual Machine') return 'microsoft';
  }
  const tree = await files.text('/proc/device-tree/hypervisor/compatible');
  if (tree?.includes('kvm') === true) return 'kvm';
  return tree?.includes('xen') === true ? 'xen' : undefined;
}

/** The first process of a container that systemd knows is told by its manager; podman and docker leave a file. */
async function container(files: FactFiles): Promise<string | undefined> {
  const told = await files.text('/run/systemd/container');
  if (told !== undefined) return CONTAINERS.has(told) ? told : 'container-other';
  if (await files.exists('/run/.containerenv')) return 'podman';
  return (await files.exists('/.dockerenv')) ? 'docker' : undefined;
}
