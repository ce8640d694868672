/** Block devices that hold something, from /sys/block. */
import type { DiskFacts } from './document.ts';
import { present, type FactFiles } from './fact-files.ts';

/** /sys counts in these, whatever the disk has. */
const SECTOR = 512;
/** Memory and files in the guise of a disk. */
const NO_DISK = /^(?:loop|ram|zram|nbd)\d/;
/** By a step on the way to the device; the first that is on it. */
const TRANSPORTS: readonly (readonly [RegExp, string])[] = [
  [/\/usb\d/, 'usb'],
  [/\/nvme\d/, 'nvme'],
  [/\/nvme-subsystem/, 'nvme'],
  [/\/session\d/, 'iscsi'],
  [/\/rport-/, 'fc'],
  [/\/end_device-/, 'sas'],
  [/\/ata\d/, 'sata'],
  [/\/virtio\d/, 'virtio'],
  [/\/mmc\d/, 'mmc'],
  [/\/vmbus|\/VMBUS/, 'vmbus'],
];

export async function disks(files: FactFiles): Promise<readonly DiskFacts[]> {
  const found: DiskFacts[] = [];
  for (const name of await files.names('/sys/block')) {
    if (NO_DISK.test(name)) continue;
    const at = `/sys/block/${name}`;
    const size = await files.number(`${at}/size`);
    // A card reader without a card, a drive without a disc.
    if (size === undefined || size === 0) continue;
    found.push(await disk(files, name, at, size * SECTOR));
  }
  return found;
}

async function disk(files: FactFiles, name: string, at: string, bytes: number): Promise<DiskFacts> {
  const inside = await files.names(at);
  const way = (await files.target(at)) ?? '';
  const logical = await files.number(`${at}/queue/logical_block_size`);
  const physical = await files.number(`${at}/queue/physical_block_size`);
  const vendor = await files.text(`${at}/device/vendor`);
  const partitions: { name: string; bytes: number }[] = [];
  for (const part of inside.filter((each) => each.startsWith(name))) {
    const size = await files.number(`${at}/${part}/size`);
    if (size !== undefined) partitions.push({ name: part, bytes: size * SECTOR });
  }
  return {
    name,
    bytes,
    type: inside.includes('md') ? 'raid' : inside.includes('dm') ? 'mapped' : 'disk',
    ...present({
      // 0x1af4 says nothing to a person; a real vendor is a word.
      vendor: vendor?.startsWith('0x') === true ? undefined : vendor,
      model: (await files.text(`${at}/device/model`)) ?? (await files.text(`${at}/dm/name`)),
      transport: TRANSPORTS.find(([step]) => step.test(way))?.[1],
      rotational: await files.flag(`${at}/queue/rotational`),
      removable: await files.flag(`${at}/removable`),
      readOnly: await files.flag(`${at}/ro`),
      sectorBytes: logical === undefined || physical === undefined ? undefined : { logical, physical },
      numaNode: (await files.number(`${at}/device/numa_node`)) ?? (await files.number(`${at}/device/device/numa_node`)),
    }),
    partitions: partitions.toSorted((a, b) => numbered(a.name) - numbered(b.name)),
  };
}

/** nvme0n1p10 comes after nvme0n1p2. */
function numbered(partition: string): number {
  return Number(/\d+$/.exec(partition)?.[0] ?? 0);
}
