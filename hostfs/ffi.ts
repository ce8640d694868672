/** libc by node:ffi. (First cut: not available.) */
export interface Libc {
  /** renameat2(RENAME_NOREPLACE); false where the kernel or file system does not have it. */
  renameNew(from: string | Buffer, to: string | Buffer): boolean;
  xattrNames(path: string | Buffer): string[];
  getXattr(path: string | Buffer, attribute: string): Uint8Array | null;
  setXattr(path: string | Buffer, attribute: string, value: Uint8Array): void;
}
export function loadLibc(): Libc | null {
  return null;
}
