/** Something between hostfs and its primitives, real ones or the twin's: to count, fail, crash or meddle. */
import type { Primitives } from './primitives.ts';

/** Every primitive that can fail, by its name; the plain values of `Primitives` are none. */
export type PrimitiveName = Exclude<keyof Primitives, 'labels' | 'xattrs' | 'rootPath'>;

export interface PrimitiveCall {
  /** From 1, over all calls. */
  readonly index: number;
  readonly primitive: PrimitiveName;
  /** The name argument; "" for calls on a handle alone. */
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface Interposer {
  /** Throws in place of the call. */
  before?(call: PrimitiveCall): void;
  /** Throws although the call took effect. */
  after?(call: PrimitiveCall): void;
}

export function interpose(inner: Primitives, interposer: Interposer): Primitives {
  let index = 0;
  return new Proxy(inner, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || typeof key !== 'string') return value;
      return (...args: unknown[]): unknown => {
        index += 1;
        const call: PrimitiveCall = {
          index,
          primitive: key as PrimitiveName,
          name: typeof args[1] === 'string' ? args[1] : '',
          args,
        };
        const act = (): unknown => {
          interposer.before?.(call);
          return Reflect.apply(value, target, args);
        };
        // Failures of promised primitives are rejections, as without us.
        if (key === 'sync' || key === 'syncData') {
          return (async () => {
            const result = await act();
            interposer.after?.(call);
            return result;
          })();
        }
        const result = act();
        if (result instanceof Promise) {
          return result.then((done: unknown) => {
            interposer.after?.(call);
            return done;
          });
        }
        interposer.after?.(call);
        return result;
      };
    },
  });
}
