/** Processors: what they are from /proc/cpuinfo, how they are arranged from /sys. */
import type { CpuFacts } from './document.ts';
import { listed, present, type FactFiles } from './fact-files.ts';

const SYSTEM = '/sys/devices/system/cpu';

/** `modelOf`: asked where no file says it. ARM's kernel gives numbers of designer and part alone. */
export async function cpus(
  files: FactFiles,
  cpuinfo: string | undefined,
  modelOf: () => Promise<string | undefined>,
): Promise<CpuFacts> {
  const first = cpuinfo?.split(/\n\s*\n/, 1)[0] ?? '';
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}[ \\t]*:[ \\t]*(\\S.*?)[ \\t]*$`, 'm').exec(first)?.[1];
  const online = await files.text(`${SYSTEM}/online`);
  const threads = listed(online ?? '');
  return present({
    model: field('model name') ?? field('cpu model') ?? (cpuinfo === undefined ? undefined : await modelOf()),
    vendor: field('vendor_id'),
    microcode: field('microcode'),
    online,
    isolated: await files.text(`${SYSTEM}/isolated`),
    threads: threads.length === 0 ? undefined : threads.length,
    ...(await topology(files, threads)),
  });
}

/** One file says which threads share a core, so of its siblings none is asked. */
async function topology(files: FactFiles, threads: readonly number[]): Promise<{ cores?: number; sockets?: number }> {
  const count = async (...names: readonly string[]): Promise<number | undefined> => {
    const seen = new Set<number>();
    let groups = 0;
    for (const thread of threads) {
      if (seen.has(thread)) continue;
      const at = `${SYSTEM}/cpu${thread}/topology`;
      let group: string | undefined;
      for (const name of names) group ??= await files.text(`${at}/${name}`);
      if (group === undefined) return undefined;
      for (const sibling of [thread, ...listed(group)]) seen.add(sibling);
      groups += 1;
    }
    return groups === 0 ? undefined : groups;
  };
  // The names before Linux 5.3 come second.
  return present({
    cores: await count('core_cpus_list', 'thread_siblings_list'),
    sockets: await count('package_cpus_list', 'core_siblings_list'),
  });
}
