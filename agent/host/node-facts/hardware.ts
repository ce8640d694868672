/** What the firmware says of the machine: /sys/class/dmi/id, and the device tree where there is no DMI. */
import type { HardwareFacts, IdentityFacts } from './document.ts';
import { present, unlessEmpty, type FactFiles } from './fact-files.ts';

const DMI = '/sys/class/dmi/id';
/** What makers leave in fields that they were to fill in. */
const UNFILLED = /^(?:to be filled by o\.?e\.?m\.?|default string|not specified|system product name|none|0+|x+|n\/a)$/i;

/** Each by what makers really filled in; of a guest it is what its hypervisor pretends. */
export async function hardware(files: FactFiles): Promise<HardwareFacts> {
  const dmi = (name: string): Promise<string | undefined> => said(files, name);
  const board = present({ vendor: await dmi('board_vendor'), model: await dmi('board_name') });
  const firmware = present({
    vendor: await dmi('bios_vendor'),
    version: await dmi('bios_version'),
    date: isoDate(await dmi('bios_date')),
  });
  return present({
    vendor: await dmi('sys_vendor'),
    model: (await dmi('product_name')) ?? (await files.text('/proc/device-tree/model')),
    family: await dmi('product_family'),
    board: unlessEmpty(board),
    firmware: unlessEmpty(firmware),
    bootsBy: await bootsBy(files),
  });
}

/** Files that the kernel gives to root alone, but for the serial number of NVMe disks. */
export async function identity(files: FactFiles, disks: readonly string[]): Promise<IdentityFacts> {
  const of: [string, { serial?: string; wwid?: string }][] = [];
  for (const disk of disks) {
    const at = `/sys/block/${disk}`;
    const serial = (await files.text(`${at}/device/serial`)) ?? (await files.text(`${at}/serial`));
    const wwid = (await files.text(`${at}/wwid`)) ?? (await files.text(`${at}/device/wwid`));
    const known = unlessEmpty(present({ serial, wwid }));
    if (known !== undefined) of.push([disk, known]);
  }
  const machineId = await files.text('/etc/machine-id');
  const system = present({ serial: await said(files, 'product_serial'), uuid: await said(files, 'product_uuid') });
  return {
    ...present({
      machineId: /^[0-9a-f]{32}$/.exec(machineId ?? '')?.[0],
      system: unlessEmpty(system),
      board: unlessEmpty(present({ serial: await said(files, 'board_serial') })),
      chassis: unlessEmpty(present({ serial: await said(files, 'chassis_serial') })),
    }),
    disks: Object.fromEntries(of),
  };
}

async function said(files: FactFiles, name: string): Promise<string | undefined> {
  const text = await files.text(`${DMI}/${name}`);
  return text === undefined || UNFILLED.test(text) ? undefined : text;
}

/** Only a machine with firmware says by which: a container's /sys/firmware is empty. */
async function bootsBy(files: FactFiles): Promise<'uefi' | 'bios' | undefined> {
  if (await files.exists('/sys/firmware/efi')) return 'uefi';
  return (await files.exists(DMI)) ? 'bios' : undefined;
}

/** SMBIOS writes 03/27/2024. */
function isoDate(text: string | undefined): string | undefined {
  const [, month, day, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text ?? '') ?? [];
  return year === undefined ? text : `${year}-${month}-${day}`;
}
