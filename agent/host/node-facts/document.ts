/** What a node says of itself, as one document. What cannot be told is absent; what failed stands under `unknown`. */
import type { Reason } from '../../base/errors.ts';

/** Grows when a reader of the document before would misread it; a field that comes is no reason. */
export const FACTS_VERSION = 'keelson.dev/v1';

export interface NodeFacts {
  readonly apiVersion: typeof FACTS_VERSION;
  readonly kind: 'NodeFacts';
  /** Milliseconds since 1970, wall time. */
  readonly at: number;
  readonly hostname?: string;
  readonly os: OsFacts;
  readonly deployments?: DeploymentFacts;
  readonly kernel: KernelIdentity;
  readonly boot: BootFacts;
  readonly hardware: HardwareFacts;
  readonly virtualisation: VirtualisationFacts;
  readonly memory: MemoryFacts;
  readonly cpu: CpuFacts;
  /** By number of the node; empty where the kernel does not say. */
  readonly numa: readonly NumaNode[];
  readonly disks: readonly DiskFacts[];
  readonly network: NetworkFacts;
  readonly time: TimeFacts;
  /** Of this one machine among its like: root alone sees it. */
  readonly identity?: IdentityFacts;
  readonly unknown: readonly UnknownFact[];
}

/** os-release(5). */
export interface OsFacts {
  readonly id?: string;
  readonly version?: string;
  readonly variant?: string;
  /** For people. */
  readonly name?: string;
}

/** As the tool that keeps them lists them; the order decides what the next boot takes. */
export interface DeploymentFacts {
  readonly by: 'rpm-ostree' | 'bootc';
  readonly booted?: Deployment;
  /** Finalised when the machine goes down. */
  readonly staged?: Deployment;
  /** Taken at the next boot, where that is neither the booted nor the staged one. */
  readonly pending?: Deployment;
  readonly rollback?: Deployment;
}

export interface Deployment {
  readonly version?: string;
  readonly checksum?: string;
  readonly image?: string;
  readonly imageDigest?: string;
  readonly pinned?: boolean;
}

export interface KernelIdentity {
  readonly release?: string;
  /** As `uname -m`. */
  readonly architecture?: string;
}

export interface BootFacts {
  readonly id?: string;
  readonly uptimeSeconds?: number;
}

export interface HardwareFacts {
  readonly vendor?: string;
  readonly model?: string;
  readonly family?: string;
  readonly board?: { readonly vendor?: string; readonly model?: string };
  readonly firmware?: {
    readonly vendor?: string;
    readonly version?: string;
    readonly date?: string;
  };
  readonly bootsBy?: 'uefi' | 'bios';
}

/** In the words of systemd-detect-virt(1); a container on a virtual machine has both. */
export interface VirtualisationFacts {
  /** `none` is said of bare metal; absent where nothing tells. */
  readonly machine?: string;
  readonly container?: string;
}

export interface MemoryFacts {
  readonly totalBytes?: number;
  readonly availableBytes?: number;
  readonly swapBytes?: number;
  readonly swapFreeBytes?: number;
  /** Every size that the kernel has, also with none reserved. */
  readonly hugepages: readonly { readonly bytes: number; readonly total: number; readonly free: number }[];
}

export interface CpuFacts {
  readonly model?: string;
  readonly vendor?: string;
  readonly microcode?: string;
  /** As the kernel writes lists: 0-3,8. */
  readonly online?: string;
  readonly isolated?: string;
  readonly threads?: number;
  readonly cores?: number;
  readonly sockets?: number;
}

export interface NumaNode {
  readonly node: number;
  readonly cpus: string;
  readonly memoryBytes?: number;
  /** To every node, itself included, in the order of the list. */
  readonly distances: readonly number[];
}

export interface DiskFacts {
  readonly name: string;
  readonly bytes: number;
  readonly type: 'disk' | 'raid' | 'mapped';
  readonly vendor?: string;
  readonly model?: string;
  /** nvme, sata, sas, usb, virtio, …: by the way through the devices that leads to it. */
  readonly transport?: string;
  readonly rotational?: boolean;
  readonly removable?: boolean;
  readonly readOnly?: boolean;
  readonly sectorBytes?: { readonly logical: number; readonly physical: number };
  readonly numaNode?: number;
  readonly partitions: readonly { readonly name: string; readonly bytes: number }[];
}

export interface NetworkFacts {
  readonly interfaces: readonly InterfaceFacts[];
  /** The one that the default route leaves by. */
  readonly primaryAddress?: string;
}

export interface InterfaceFacts {
  readonly name: string;
  /** physical, loopback, or what the kernel calls its device type: bond, bridge, vlan, veth, …; virtual otherwise. */
  readonly type: string;
  readonly mac?: string;
  readonly mtu?: number;
  /** RFC 2863: up, down, unknown, … */
  readonly state?: string;
  readonly speedMbit?: number;
  readonly driver?: string;
  /** The bond or bridge that it belongs to. */
  readonly master?: string;
  readonly numaNode?: number;
  /** With their prefix lengths. Those of the network namespace that looks. */
  readonly addresses: readonly string[];
}

export interface TimeFacts {
  /** Area/Location. */
  readonly zone?: string;
  readonly sync?: {
    readonly by: 'chrony' | 'timesyncd';
    readonly synchronised: boolean;
    readonly source?: string;
    readonly stratum?: number;
    /** Positive: the clock is behind. */
    readonly offsetSeconds?: number;
  };
}

export interface IdentityFacts {
  readonly machineId?: string;
  readonly system?: { readonly serial?: string; readonly uuid?: string };
  readonly board?: { readonly serial?: string };
  readonly chassis?: { readonly serial?: string };
  /** By name of the disk. */
  readonly disks: Readonly<Record<string, { readonly serial?: string; readonly wwid?: string }>>;
}

export interface UnknownFact {
  /** Its name in the document. */
  readonly fact: string;
  readonly reason: Reason;
}

/** For whoever is not root. */
export function withoutIdentity(facts: NodeFacts): NodeFacts {
  const shown: { identity?: IdentityFacts } & Omit<NodeFacts, 'identity'> = { ...facts };
  delete shown.identity;
  return shown;
}

/** For whoever is somewhere else: they tell a machine from its like, and addresses of IPv6 may be made of them. */
export function withoutHardwareAddresses({ network, ...facts }: NodeFacts): NodeFacts {
  const interfaces = network.interfaces.map((each) => {
    const shown: { mac?: string } & typeof each = { ...each };
    delete shown.mac;
    return { ...shown, addresses: each.addresses.filter((one) => !MADE_OF_MAC.test(one)) };
  });
  return { ...facts, network: { ...network, interfaces } };
}

/** RFC 4291, modified EUI-64: ff:fe in the middle of the last 64 bits. */
const MADE_OF_MAC = /ff:fe[0-9a-f]{2}:[0-9a-f]{1,4}\//;
