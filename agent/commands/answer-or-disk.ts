/** What is asked of the agent, or, when it is down, of its last word on disk. */
import { KeelsonError } from '../base/errors.ts';

export interface Answered<T> {
  readonly value: T;
  readonly fromDisk: boolean;
}

export async function answerOrDisk<T>(ask: () => Promise<T>, read: () => Promise<T>): Promise<Answered<T>> {
  try {
    return { value: await ask(), fromDisk: false };
  } catch (error) {
    if (!(error instanceof KeelsonError) || error.code !== 'KSN-CTL-001') throw error;
    return { value: await read(), fromDisk: true };
  }
}
