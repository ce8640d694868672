import { readFileSync } from 'node:fs';
import { hostError } from './errors.ts';

/** Of the kernel that runs, whatever root the agent works on. A soft reboot keeps it. */
export function readBootId(path = '/proc/sys/kernel/random/boot_id'): string {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw hostError('KSN-HOST-002', `${path} cannot be read`, { element: path, cause: error });
  }
  const id = text.trim().toLowerCase();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw hostError('KSN-HOST-002', `${path} holds no boot id`, { element: path });
  return id;
}
