/** What is asked of the agent, or, when it is down or silent, of its last word on disk. */
import { KeelsonError } from '../base/errors.ts';

export interface Answered<T> {
  readonly value: T;
  readonly fromDisk: boolean;
  /** Somebody took the connection and did not answer. */
  readonly hangs: boolean;
}

export async function answerOrDisk<T>(
  ask: () => Promise<T>,
  read: (hangs: boolean) => Promise<T>,
): Promise<Answered<T>> {
  try {
    return { value: await ask(), fromDisk: false, hangs: false };
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error;
    const hangs = error.code === 'KSN-CTL-015';
    if (!hangs && error.code !== 'KSN-CTL-001') throw error;
    return { value: await read(hangs), fromDisk: true, hangs };
  }
}
