/** Owner, label and mode on a thing that nobody sees yet, or that is there already. */
import { FsError } from './errors.ts';
import type { Owner } from './ids.ts';
import type { DirectoryHandle, Handle, Primitives, Stat } from './primitives.ts';

const selinux = 'security.selinux';

/** The label to create with: undefined where there is none to give. */
export function creationLabel(primitives: Primitives, attributes: { readonly label?: string }): string | undefined {
  return primitives.labels === 'absent' ? undefined : attributes.label;
}

/**
 * Owner before mode, since chown(2) clears setuid and setgid. The owner is left alone where it is right already:
 * an ordinary process may not even set its own.
 */
export function applyOwnerAndMode(primitives: Primitives, handle: Handle, is: Stat, owner: Owner, mode: number, path: string): void {
  const chown = is.uid !== owner.uid || is.gid !== owner.gid;
  if (chown) primitives.setOwner(handle, owner.uid, owner.gid);
  const special = (mode & 0o7000) !== 0;
  if (!chown && is.mode === mode) return;
  primitives.setMode(handle, mode);
  // chmod(2) drops setgid in silence where the caller is not in the group.
  if (special && primitives.fstat(handle).mode !== mode) {
    throw new FsError('DENIED', path, `The kernel did not keep mode ${mode.toString(8)} on ${path}.`);
  }
}


/** The context without the NUL that the kernel ends it with; undefined where there is none or it is unreadable. */
export function readLabel(primitives: Primitives, at: DirectoryHandle, name: string): string | undefined {
  if (!primitives.xattrs) return undefined;
  const value = primitives.getXattr(at, name, selinux);
  return value === null ? undefined : Buffer.from(value).toString().replace(/\0$/, '');
}

/** Changes the label of what is there. Nothing to do on a host without SELinux. */
export function relabel(primitives: Primitives, at: DirectoryHandle, name: string, label: string, path: string): void {
  if (primitives.labels === 'absent' || readLabel(primitives, at, name) === label) return;
  if (primitives.labels === 'create') {
    throw new FsError('UNSUPPORTED', path, `The label of ${path} cannot be changed in place: extended attributes need node's --experimental-ffi. Write the file anew instead.`);
  }
  primitives.setXattr(at, name, selinux, Buffer.from(`${label}\0`));
}

/** Every other extended attribute, as base64, sorted by name; undefined where there is none. */
export function readXattrs(primitives: Primitives, at: DirectoryHandle, name: string): Record<string, string> | undefined {
  if (!primitives.xattrs) return undefined;
  const found: Record<string, string> = {};
  let some = false;
  for (const attribute of primitives.xattrNames(at, name).toSorted()) {
    if (attribute === selinux) continue;
    const value = primitives.getXattr(at, name, attribute);
    if (value === null) continue;
    found[attribute] = Buffer.from(value).toString('base64');
    some = true;
  }
  return some ? found : undefined;
}
