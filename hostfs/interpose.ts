/** Something between hostfs and its primitives, real ones or the twin's: to count, fail, crash or meddle. */
import { joinPath, parentPath } from './path.ts';
import type { Primitives } from './primitives.ts';

/** Every primitive that can fail, by its name; the plain values of `Primitives` are none. */
export type PrimitiveName = Exclude<keyof Primitives, 'labels' | 'xattrs' | 'rootPath' | 'uid'>;

/** One call that is about to be made, or just was. */
export interface PrimitiveCall {
  /** From 1, over all calls. */
  readonly index: number;
  readonly primitive: PrimitiveName;
  /** The name argument; "" for calls on a handle alone. */
  readonly name: string;
  /** What the call is about, as a path in the root; by the names under which its handles were opened. */
  readonly path: string;
  readonly args: readonly unknown[];
}

/** What it throws is what the caller of the primitive gets. */
export interface Interposer {
  /** Throws in place of the call. */
  before?(call: PrimitiveCall): void;
  /** Throws although the call took effect. */
  after?(call: PrimitiveCall): void;
}

const opening: ReadonlySet<string> = new Set([
  'openRoot',
  'openDirectory',
  'openFile',
  'createFile',
  'createFileAside',
  'pin',
  'reopen',
]);
const promised: ReadonlySet<string> = new Set(['sync', 'syncData', 'createFileAside']);

/** The same primitives with `interposer` around each call, by turns: calls are counted over all of them. */
export function interpose(inner: Primitives, interposer: Interposer): Primitives {
  const paths = new Map<unknown, string>();
  let index = 0;

  const run = (primitive: PrimitiveName, call: (...args: unknown[]) => unknown, args: readonly unknown[]): unknown => {
    index += 1;
    const name = typeof args[1] === 'string' ? args[1] : '';
    const about: PrimitiveCall = { index, primitive, name, path: pathOf(paths.get(args[0]) ?? '/', name), args };
    const finish = (result: unknown): unknown => {
      if (opening.has(primitive)) paths.set(result, about.path);
      if (primitive === 'close') paths.delete(args[0]);
      interposer.after?.(about);
      return result;
    };
    const start = (): unknown => {
      interposer.before?.(about);
      return call(...args);
    };
    // Failures of what is promised are rejections, as without us.
    if (promised.has(primitive)) return Promise.try(start).then(finish);
    const result = start();
    return result instanceof Promise ? result.then(finish) : finish(result);
  };

  const wrapped = new Map<string, (...args: unknown[]) => unknown>();
  return new Proxy(inner, {
    get(target, key) {
      const ready = typeof key === 'string' ? wrapped.get(key) : undefined;
      if (ready !== undefined) return ready;
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || typeof key !== 'string') return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      const wrapper = (...args: unknown[]) => run(key as PrimitiveName, call, args);
      wrapped.set(key, wrapper);
      return wrapper;
    },
  });
}

function pathOf(directory: string, name: string): string {
  if (name === '' || name === '.') return directory;
  return name === '..' ? parentPath(directory) : joinPath(directory, name);
}
