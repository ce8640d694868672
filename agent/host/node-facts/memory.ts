/** Memory, hugepages and NUMA nodes. */
import type { MemoryFacts, NumaNode } from './document.ts';
import { listed, present, type FactFiles } from './fact-files.ts';

/** Of the whole machine, also in a container. */
export async function memory(files: FactFiles): Promise<MemoryFacts> {
  const table = meminfo((await files.text('/proc/meminfo')) ?? '');
  const hugepages: { bytes: number; total: number; free: number }[] = [];
  for (const name of await files.names('/sys/kernel/mm/hugepages')) {
    const [, kibibytes] = /^hugepages-(\d{1,12})kB$/.exec(name) ?? [];
    const total = await files.number(`/sys/kernel/mm/hugepages/${name}/nr_hugepages`);
    const free = await files.number(`/sys/kernel/mm/hugepages/${name}/free_hugepages`);
    if (kibibytes !== undefined && total !== undefined && free !== undefined)
      hugepages.push({ bytes: Number(kibibytes) * 1024, total, free });
  }
  return {
    ...present({
      totalBytes: table.get('MemTotal'),
      availableBytes: table.get('MemAvailable'),
      swapBytes: table.get('SwapTotal'),
      swapFreeBytes: table.get('SwapFree'),
    }),
    hugepages: hugepages.toSorted((a, b) => a.bytes - b.bytes),
  };
}

/** Nodes that are online, also those without processors, as memory of an accelerator is one. */
export async function numa(files: FactFiles): Promise<readonly NumaNode[]> {
  const folder = '/sys/devices/system/node';
  const nodes: NumaNode[] = [];
  for (const node of listed((await files.text(`${folder}/online`)) ?? '')) {
    const at = `${folder}/node${node}`;
    const table = meminfo(((await files.text(`${at}/meminfo`)) ?? '').replaceAll(/^Node \d+ /gm, ''));
    nodes.push({
      node,
      cpus: (await files.text(`${at}/cpulist`)) ?? '',
      ...present({ memoryBytes: table.get('MemTotal') }),
      distances: ((await files.text(`${at}/distance`)) ?? '')
        .split(/\s+/)
        .filter((each) => /^\d{1,4}$/.test(each))
        .map(Number),
    });
  }
  return nodes;
}

/** Bytes by name. What has no unit is a count, and left out. */
export function meminfo(text: string): ReadonlyMap<string, number> {
  const found = [...text.matchAll(/^([A-Za-z_()0-9]+):\s+(\d{1,13}) kB$/gm)];
  return new Map(found.map(([, name = '', kibibytes]) => [name, Number(kibibytes) * 1024]));
}
