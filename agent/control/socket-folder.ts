/**
 * The folder of the sockets, and names in it that fit. sun_path has 108 bytes (unix(7)), and libuv cuts longer names
 * silently; a folder that is open already is named by its descriptor, however long its path is.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';

/** With the terminating NUL. */
const sunPathBytes = 108;

export class SocketFolder implements Disposable {
  readonly path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  }

  /** The path to give to bind or connect while this is open. */
  address(name: string): string {
    const plain = join(this.path, name);
    return Buffer.byteLength(plain) < sunPathBytes ? plain : `/proc/self/fd/${this.#descriptor}/${name}`;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
