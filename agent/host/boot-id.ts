import { readFile } from 'node:fs/promises';
import { hostError } from './errors.ts';

/** Of the kernel that runs, whatever root the agent works on. A soft reboot keeps it. */
export async function readBootId(path = '/proc/sys/kernel/random/boot_id'): Promise<string> {
  let text = '';
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw hostError('KSN-HOST-002', `${path} cannot be read`, { element: path, cause: error });
  }
  const id = text.trim().toLowerCase();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw hostError('KSN-HOST-002', `${path} holds no boot id`, { element: path });
  return id;
}
