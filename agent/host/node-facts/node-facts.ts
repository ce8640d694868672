/** The document of facts, gathered when it is asked for: whatever changed since (a disk, a name, a staged image) is in it. */
import { machine, networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { readHostname, readOsRelease } from '../facts.ts';
import { primaryAddress } from '../primary-address.ts';
import { cpus } from './cpus.ts';
import { disks } from './disks.ts';
import { FACTS_VERSION, type NodeFacts, type UnknownFact } from './document.ts';
import { FactFiles, present, type FactRoot } from './fact-files.ts';
import { hardware, identity } from './hardware.ts';
import { memory, numa } from './memory.ts';
import { interfaces } from './network.ts';
import { ProgramAnswers, type FactPrograms } from './programs.ts';
import { time } from './time.ts';
import { virtualisation } from './virtualisation.ts';

/** What the running kernel says without a file; null where the root is not that of the machine. */
export interface RunningKernel {
  interfaces(): NodeJS.Dict<NetworkInterfaceInfo[]>;
  primaryAddress(): Promise<string | null>;
  /** As `uname -m`; a file says it since Linux 6.1. */
  machine(): string;
}

export const runningKernel: RunningKernel = {
  interfaces: networkInterfaces,
  primaryAddress: () => primaryAddress(),
  machine,
};

export interface FactSources extends FactPrograms {
  readonly fs: FactRoot;
  readonly kernel: RunningKernel | null;
}

/** Whoever asks while another is being answered gets the same answer. Never rejects. */
export class NodeFactsReader {
  readonly #sources: FactSources;
  readonly #answers: ProgramAnswers;
  #running: Promise<NodeFacts> | null = null;

  constructor(sources: FactSources) {
    this.#sources = sources;
    this.#answers = new ProgramAnswers(sources);
  }

  read(): Promise<NodeFacts> {
    return (this.#running ??= this.#gather().finally(() => {
      this.#running = null;
    }));
  }

  async #gather(): Promise<NodeFacts> {
    const { fs, kernel, clock } = this.#sources;
    const files = new FactFiles(fs);
    const unknown: UnknownFact[] = [];
    // The only answers that take long; the files are read meanwhile.
    const slow = Promise.all([
      this.#answers.deployments(files, unknown),
      time(files, () => this.#answers.chronyTracking(unknown)),
    ]);
    const release = await readOsRelease(fs);
    const cpuinfo = await files.text('/proc/cpuinfo');
    const found = await disks(files);
    const facts = {
      os: present({
        id: release.get('ID'),
        version: release.get('VERSION_ID'),
        variant: release.get('VARIANT_ID'),
        name: release.get('PRETTY_NAME'),
      }),
      kernel: present({
        release: await files.text('/proc/sys/kernel/osrelease'),
        architecture: (await files.text('/proc/sys/kernel/arch')) ?? kernel?.machine(),
      }),
      boot: present({
        id: await files.text('/proc/sys/kernel/random/boot_id'),
        uptimeSeconds: uptimeIn(await files.text('/proc/uptime')),
      }),
      hardware: await hardware(files),
      virtualisation: await virtualisation(files, cpuinfo),
      memory: await memory(files),
      cpu: await cpus(files, cpuinfo, () => this.#answers.cpuModel()),
      numa: await numa(files),
      disks: found,
      network: {
        interfaces: await interfaces(files, kernel?.interfaces() ?? {}),
        ...present({ primaryAddress: (await kernel?.primaryAddress()) ?? undefined }),
      },
      identity: await identity(
        files,
        found.map(({ name }) => name),
      ),
    };
    const hostname = await readHostname(fs, { hostname: () => '' });
    const running = await files.text('/proc/sys/kernel/hostname');
    const [deployments, clockFacts] = await slow;
    return {
      apiVersion: FACTS_VERSION,
      kind: 'NodeFacts',
      at: clock.now(),
      ...present({ hostname: hostname ?? running, deployments }),
      ...facts,
      time: clockFacts,
      // By who failed first otherwise.
      unknown: unknown.toSorted((a, b) => (a.fact < b.fact ? -1 : 1)),
    };
  }
}

function uptimeIn(text: string | undefined): number | undefined {
  const [, seconds] = /^(\d{1,10})\.\d\d /.exec(text ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}
