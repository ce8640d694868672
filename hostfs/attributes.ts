/** Owner, label and mode on a thing that nobody sees yet, or that is there already. */
import { FsError } from './errors.ts';
import type { Owner } from './ids.ts';
import type { DirectoryHandle, Handle, Primitives } from './primitives.ts';

const selinux = 'security.selinux';

/** The label to create with: undefined where there is none to give. */
export function creationLabel(primitives: Primitives, attributes: { readonly label?: string }): string | undefined {
  return primitives.labels === 'absent' ? undefined : attributes.label;
}

/** Leaves the owner alone where it is right already: an ordinary process may not even set its own. */
export function applyOwner(primitives: Primitives, handle: Handle, is: Owner, wanted: Owner): void {
  if (is.uid !== wanted.uid || is.gid !== wanted.gid) primitives.setOwner(handle, wanted.uid, wanted.gid);
}

/** Call after `applyOwner`, since chown(2) clears setuid and setgid. */
export function applyMode(primitives: Primitives, handle: Handle, mode: number, path: string): void {
  primitives.setMode(handle, mode);
  if ((mode & 0o7000) === 0) return;
  // chmod(2) drops setgid in silence where the caller is not in the group.
  if (primitives.fstat(handle).mode !== mode) {
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
    throw new FsError(
      'UNSUPPORTED',
      path,
      `The label of ${path} cannot be changed in place: extended attributes need node's --experimental-ffi. Write the file anew instead.`,
    );
  }
  primitives.setXattr(at, name, selinux, Buffer.from(`${label}\0`));
}

/** xattr(7) of one entry; `label` is security.selinux. */
export interface ExtendedAttributes {
  readonly label?: string;
  /** All but the label, as base64, sorted by name; absent where there is none. */
  readonly xattrs?: Readonly<Record<string, string>>;
}

/** Of the thing itself, never of what a link leads to. What may not be read is left out. */
export function readExtended(primitives: Primitives, at: DirectoryHandle, name: string): ExtendedAttributes {
  if (!primitives.xattrs) return {};
  const names = primitives.xattrNames(at, name);
  if (names.length === 0) return {};
  const xattrs: Record<string, string> = {};
  for (const attribute of names.toSorted()) {
    const value = attribute === selinux ? null : primitives.getXattr(at, name, attribute);
    if (value !== null) xattrs[attribute] = Buffer.from(value).toString('base64');
  }
  const label = names.includes(selinux) ? readLabel(primitives, at, name) : undefined;
  return { ...(label === undefined ? {} : { label }), ...(Object.keys(xattrs).length === 0 ? {} : { xattrs }) };
}
