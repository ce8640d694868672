/** Somebody else on the host, who changes what is beneath the root by path. */
import { Directories } from '../../hostfs/directories.ts';
import { baseName } from '../../hostfs/path.ts';
import type { Primitives } from '../../hostfs/primitives.ts';

export class Outsider implements Disposable {
  readonly #primitives: Primitives;
  readonly #directories: Directories;

  constructor(primitives: Primitives) {
    this.#primitives = primitives;
    this.#directories = new Directories(primitives);
  }

  link(path: string, target: string): void {
    using parent = this.#directories.parentOf(path);
    this.#primitives.createLink(parent.handle, baseName(path), target);
  }

  directory(path: string): void {
    using parent = this.#directories.parentOf(path);
    this.#primitives.createDirectory(parent.handle, baseName(path));
  }

  write(path: string, content: string): void {
    using parent = this.#directories.parentOf(path);
    const name = baseName(path);
    const exists = this.#primitives.lstat(parent.handle, name) !== null;
    const file = exists
      ? this.#primitives.openFile(parent.handle, name, 'read-write')
      : this.#primitives.createFile(parent.handle, name);
    void this.#primitives.write(file, Buffer.from(content), 0);
    this.#primitives.close(file);
  }

  move(from: string, to: string): void {
    using source = this.#directories.parentOf(from);
    using target = this.#directories.parentOf(to);
    this.#primitives.rename(source.handle, baseName(from), target.handle, baseName(to));
  }

  remove(path: string): void {
    using parent = this.#directories.parentOf(path);
    const name = baseName(path);
    if (this.#primitives.lstat(parent.handle, name)?.type === 'directory') this.#primitives.rmdir(parent.handle, name);
    else this.#primitives.unlink(parent.handle, name);
  }

  give(path: string, uid: number): void {
    using parent = this.#directories.parentOf(path);
    this.#primitives.setLinkOwner(parent.handle, baseName(path), uid, uid);
  }

  attribute(path: string, attribute: string, value: string): void {
    using parent = this.#directories.parentOf(path);
    this.#primitives.setXattr(parent.handle, baseName(path), attribute, Buffer.from(value));
  }

  [Symbol.dispose](): void {
    this.#directories[Symbol.dispose]();
  }
}
