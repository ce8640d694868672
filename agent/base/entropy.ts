import { randomBytes } from 'node:crypto';

/** Randomness as an argument, so that tests are repeatable. */
export interface Entropy {
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1): for jitter only, never for keys. */
  fraction(): number;
}

export const systemEntropy: Entropy = {
  bytes: (length) => randomBytes(length),
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
