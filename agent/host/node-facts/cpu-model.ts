/**
 * What no file says, by a library: the name of an ARM processor, of which the kernel has the numbers of designer and
 * part alone. Of the library this one file is loaded, and of its functions this one is asked: on Linux it waits for
 * `lscpu` without blocking, where most of the others (memory modules, interfaces, disks) call execSync.
 */
import { cpu } from 'systeminformation/lib/cpu.js';

/** Undefined where it cannot tell either. */
export async function cpuModel(): Promise<string | undefined> {
  const { brand } = await cpu();
  return brand === '' || brand === 'unknown' || brand === '-' ? undefined : brand;
}
