/**
 * The few calls of libc that node lacks, by `node:ffi`, which is experimental and changes within a major release:
 * this is its only user. Whoever gets null here has a fallback that keeps its guarantees, or refuses with
 * UNSUPPORTED. Every call runs on the calling thread and blocks it, so only what the kernel answers from memory
 * is here.
 */
import { constants } from 'node:os';
import type * as NodeFfi from 'node:ffi';
import { ErrnoError } from './primitives.ts';

/** Who is at the other end of a unix socket, as of its connect (SO_PEERCRED, unix(7)). */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** A path as node takes it: text, or bytes where it is no UTF-8. */
export type NativePath = string | Buffer;

export interface Libc {
  /** renameat2(2) with RENAME_NOREPLACE; throws EEXIST. False where kernel or file system do not have it. */
  renameNew(from: NativePath, to: NativePath): boolean;
  /** llistxattr(2). Empty where the file system has none or does not let us see. Throws ENOENT. */
  xattrNames(path: NativePath): string[];
  /** lgetxattr(2). Null where there is none, or it may not be read. Throws ENOENT. */
  getXattr(path: NativePath, attribute: string): Uint8Array | null;
  /** lsetxattr(2). */
  setXattr(path: NativePath, attribute: string, value: Uint8Array): void;
  /** Null where `fd` is no connected unix socket. */
  peerCredentials(fd: number): PeerCredentials | null;
  /**
   * Sends one datagram to a unix socket ("@name" is the abstract name), as sd_notify(3) wants it. Does not wait:
   * false where nobody listens or the queue is full.
   */
  sendDatagram(path: string, bytes: Uint8Array): boolean;
  /**
   * F_OFD_SETLK of fcntl(2) over the whole file: exclusive, held by the open file and not by the process. False where
   * somebody else holds any lock on it, a POSIX record lock too. Throws EINVAL before Linux 3.15.
   */
  lockWhole(fd: number): boolean;
}

/** Null where this node, its flags or this libc do not have it. One for each thread: errno is the thread's own. */
export function loadLibc(): Libc | null {
  const ffi = process.getBuiltinModule('node:ffi') as typeof NodeFfi | undefined;
  if (ffi === undefined) return null;
  try {
    const library = new ffi.DynamicLibrary(null);
    const libc = new NodeLibc(library, ffi.getInt32);
    // A probe of the calling convention, with an answer that we know.
    return libc.answers() ? libc : null;
  } catch {
    return null;
  }
}

// The same numbers on x86-64 and arm64: include/uapi/asm-generic/socket.h, linux/{socket,fs,fcntl}.h, bits/socket_type.h.
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const AT_FDCWD = -100;
const RENAME_NOREPLACE = 1;
const F_OFD_SETLK = 37;
const F_WRLCK = 1;
/** sun_path of unix(7). */
const maxSocketPath = 108;
/** XATTR_LIST_MAX and XATTR_SIZE_MAX of linux/limits.h. */
const maxXattr = 65_536;

/** Linux has two names for 11; the one that fcntl(2) and the checks below use stays. */
const errnoNames = new Map(
  Object.entries(constants.errno)
    .filter(([name]) => name !== 'EWOULDBLOCK')
    .map(([name, number]) => [number, name]),
);
const unreadable: ReadonlySet<string> = new Set([
  'ENODATA',
  'EOPNOTSUPP',
  'ENOTSUP',
  'EACCES',
  'EPERM',
  'ERANGE',
  'E2BIG',
]);

const signatures = {
  llistxattr: { arguments: ['string', 'buffer', 'u64'], return: 'i64' },
  lgetxattr: { arguments: ['string', 'string', 'buffer', 'u64'], return: 'i64' },
  lsetxattr: { arguments: ['string', 'string', 'buffer', 'u64', 'i32'], return: 'i32' },
  getsockopt: { arguments: ['i32', 'i32', 'i32', 'buffer', 'buffer'], return: 'i32' },
  socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
  sendto: { arguments: ['i32', 'buffer', 'u64', 'i32', 'buffer', 'u32'], return: 'i64' },
  close: { arguments: ['i32'], return: 'i32' },
  // Variadic; on Linux, x86-64 and arm64 pass its third argument as they pass any.
  fcntl: { arguments: ['i32', 'i32', 'buffer'], return: 'i32' },
} as const satisfies Record<string, NodeFfi.FunctionSignature>;

type Functions = ReturnType<typeof NodeFfi.DynamicLibrary.prototype.getFunctions<typeof signatures>>;

/** Each is bound when it is first called: it costs two pages of code and the search for a place, 0.2 ms. */
function lateFunctions(library: NodeFfi.DynamicLibrary): Functions {
  const functions = {};
  for (const [name, signature] of Object.entries(signatures)) {
    Object.defineProperty(functions, name, {
      configurable: true,
      get() {
        const value = library.getFunction(name, signature);
        Object.defineProperty(functions, name, { value });
        return value;
      },
    });
  }
  return functions as Functions;
}

class NodeLibc implements Libc {
  readonly #library: NodeFfi.DynamicLibrary;
  readonly #functions;
  /** Undefined: not asked for yet. */
  #renameat2: ReturnType<typeof renameat2Of> | undefined;
  readonly #errno: () => string;
  /** Results land here before they are copied out; one thread, no calls within calls. */
  readonly #scratch = Buffer.alloc(maxXattr);

  constructor(library: NodeFfi.DynamicLibrary, getInt32: (pointer: bigint, offset?: number) => number) {
    this.#library = library;
    this.#functions = lateFunctions(library);
    // What `errno` of errno.h stands for; the place is the thread's own and does not move.
    const location = library.getFunction('__errno_location', { arguments: [], return: 'pointer' })();
    this.#errno = () => {
      const number = getInt32(location);
      return errnoNames.get(number) ?? `E${number}`;
    };
  }

  answers(): boolean {
    return (
      this.#functions.llistxattr('/proc/self/no such entry', this.#scratch, 1n) === -1n && this.#errno() === 'ENOENT'
    );
  }

  renameNew(from: NativePath, to: NativePath): boolean {
    if (this.#renameat2 === undefined) this.#renameat2 = renameat2Of(this.#library);
    if (this.#renameat2 === null) return false;
    if (this.#renameat2(AT_FDCWD, terminated(from), AT_FDCWD, terminated(to), RENAME_NOREPLACE) === 0) return true;
    const errno = this.#errno();
    // EINVAL: the file system does not support the flag.
    if (errno === 'EINVAL' || errno === 'ENOSYS') return false;
    throw new ErrnoError(errno, 'renameat2');
  }

  xattrNames(path: NativePath): string[] {
    const length = Number(this.#functions.llistxattr(terminated(path), this.#scratch, BigInt(maxXattr)));
    if (length === 0) return [];
    if (length < 0) return this.#unreadable('llistxattr', []);
    return this.#scratch.toString('utf8', 0, length - 1).split('\0');
  }

  getXattr(path: NativePath, attribute: string): Uint8Array | null {
    const length = Number(this.#functions.lgetxattr(terminated(path), attribute, this.#scratch, BigInt(maxXattr)));
    if (length < 0) return this.#unreadable('lgetxattr', null);
    return Uint8Array.from(this.#scratch.subarray(0, length));
  }

  setXattr(path: NativePath, attribute: string, value: Uint8Array): void {
    if (this.#functions.lsetxattr(terminated(path), attribute, Buffer.from(value), BigInt(value.length), 0) !== 0) {
      throw new ErrnoError(this.#errno(), 'lsetxattr', attribute);
    }
  }

  peerCredentials(fd: number): PeerCredentials | null {
    // struct ucred: pid_t, uid_t, gid_t, four bytes each.
    const ucred = Buffer.alloc(12);
    const length = Buffer.alloc(4);
    writeNative(length, 0, 12);
    if (this.#functions.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ucred, length) !== 0) return null;
    const [pid = 0, uid = 0, gid = 0] = new Uint32Array(ucred.buffer, ucred.byteOffset, 3);
    // The kernel says pid 0 for a socket that has no peer.
    return pid === 0 ? null : { pid, uid, gid };
  }

  sendDatagram(path: string, bytes: Uint8Array): boolean {
    const address = socketAddress(path);
    if (address === null) return false;
    const socket = this.#functions.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return false;
    try {
      const sent = this.#functions.sendto(
        socket,
        Buffer.from(bytes),
        BigInt(bytes.length),
        MSG_DONTWAIT | MSG_NOSIGNAL,
        address,
        address.length,
      );
      return sent === BigInt(bytes.length);
    } finally {
      this.#functions.close(socket);
    }
  }

  lockWhole(fd: number): boolean {
    // struct flock of 64-bit kernels: l_type, l_whence (2 bytes each), l_start and l_len (8), l_pid (4); 0, 0 is all of it.
    const lock = Buffer.alloc(32);
    new Int16Array(lock.buffer, lock.byteOffset, 1)[0] = F_WRLCK;
    if (this.#functions.fcntl(fd, F_OFD_SETLK, lock) === 0) return true;
    const errno = this.#errno();
    if (errno === 'EAGAIN' || errno === 'EACCES') return false;
    throw new ErrnoError(errno, 'fcntl');
  }

  #unreadable<T>(syscall: string, nothing: T): T {
    const errno = this.#errno();
    if (unreadable.has(errno)) return nothing;
    throw new ErrnoError(errno, syscall);
  }
}

/** glibc has it since 2.28, other libcs may not. */
function renameat2Of(library: NodeFfi.DynamicLibrary) {
  try {
    return library.getFunction('renameat2', { arguments: ['i32', 'string', 'i32', 'string', 'u32'], return: 'i32' });
  } catch {
    return null;
  }
}

/** struct sockaddr_un: the family in native order, then the name; an abstract name has a NUL in front and none behind. */
function socketAddress(path: string): Buffer | null {
  const name = Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`);
  if (name.length < 2 || name.length > maxSocketPath) return null;
  const address = Buffer.concat([Buffer.alloc(2), name]);
  new Uint16Array(address.buffer, address.byteOffset, 1)[0] = AF_UNIX;
  return address;
}

function writeNative(buffer: Buffer, at: number, value: number): void {
  new Int32Array(buffer.buffer, buffer.byteOffset + at, 1)[0] = value;
}

/** Bytes need their own NUL; node adds one to text. */
function terminated(path: NativePath): string {
  // The types say string; bytes are taken as they are.
  return (typeof path === 'string' ? path : Buffer.concat([path, Buffer.of(0)])) as string;
}
