/** What is going on when the machine dies: where it begins, what it is told then, and where it must end. */
import type { VerifiedSpec } from '../../agent/verify/verified-spec.ts';
import {
  badNext,
  badThird,
  endlessNext,
  goodMachine,
  goodNext,
  halfwayMachine,
  refusedNext,
  untoldNext,
  type PreparedMachine,
} from './crash-workload.ts';

export interface Scene {
  readonly name: string;
  readonly before: () => Promise<PreparedMachine>;
  readonly spec: VerifiedSpec;
  /** The generation fails: the last good one is there in the end. */
  readonly endsAtBase: boolean;
}

export const APPLY: Scene = { name: 'apply', before: goodMachine, spec: goodNext, endsAtBase: false };

export const ROLLBACK: Scene = {
  name: 'apply, and rollback for a gate that does not hold',
  before: goodMachine,
  spec: badNext,
  endsAtBase: true,
};

export const FAILED_EFFECT: Scene = {
  name: 'apply, and rollback for an effect that fails',
  before: goodMachine,
  spec: refusedNext,
  endsAtBase: true,
};

export const LEFT_EFFECT: Scene = {
  name: 'apply, and rollback that gives up an effect that only the generation has',
  before: goodMachine,
  spec: untoldNext,
  endsAtBase: true,
};

export const TWO_GENERATIONS: Scene = {
  name: 'a generation superseded while its gates are awaited, and rollback over both',
  before: () => halfwayMachine(endlessNext),
  spec: badThird,
  endsAtBase: true,
};
