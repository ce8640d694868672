/** Every catalogue of every room, for `keelson explain` and docs/errors.md. A test proves that none is left out. */
import { APPLY_ERRORS } from '../apply/errors.ts';
import { EXECUTION_ERRORS } from '../apply/execution-errors.ts';
import { BUILD_ERRORS } from '../authoring/errors.ts';
import { BASE_ERRORS, type Catalogue, type ErrorCode, type Explanation } from '../base/errors.ts';
import { CONTROL_ERRORS } from '../control/errors.ts';
import { DEBUG_ERRORS } from '../debug/errors.ts';
import { SPEC_ERRORS } from '../desired/errors.ts';
import { HEALTH_ERRORS } from '../health/errors.ts';
import { PLAN_ERRORS } from '../plan/errors.ts';
import { RESOURCE_ERRORS } from '../resources/errors.ts';
import { CA_ERRORS } from '../resources/ca-anchors/errors.ts';
import { KERNEL_ERRORS } from '../resources/kernel/errors.ts';
import { POD_ERRORS } from '../resources/static-pods/errors.ts';
import { ENGINE_ERRORS } from '../reconcile/errors.ts';
import { CONFIG_ERRORS } from '../config/errors.ts';
import { IGNITION_ERRORS } from '../ignition/errors.ts';
import { REPORT_ERRORS } from '../report/errors.ts';
import { ADOPT_ERRORS } from '../resources/adopt-errors.ts';
import { EFFECT_ERRORS } from '../resources/effect-errors.ts';
import { HOST_ERRORS } from '../host/errors.ts';
import { UNIT_ERRORS } from '../host/systemd/errors.ts';
import { SOURCE_ERRORS } from '../sources/errors.ts';
import { VERIFY_ERRORS } from '../verify/errors.ts';
import { CLI_ERRORS } from './errors.ts';

export const CATALOGUES: readonly Catalogue[] = [
  BASE_ERRORS,
  SPEC_ERRORS,
  BUILD_ERRORS,
  PLAN_ERRORS,
  APPLY_ERRORS,
  EXECUTION_ERRORS,
  HEALTH_ERRORS,
  RESOURCE_ERRORS,
  POD_ERRORS,
  CA_ERRORS,
  KERNEL_ERRORS,
  ENGINE_ERRORS,
  CONTROL_ERRORS,
  DEBUG_ERRORS,
  CONFIG_ERRORS,
  REPORT_ERRORS,
  EFFECT_ERRORS,
  ADOPT_ERRORS,
  IGNITION_ERRORS,
  HOST_ERRORS,
  UNIT_ERRORS,
  SOURCE_ERRORS,
  VERIFY_ERRORS,
  CLI_ERRORS,
];

/** By code, sorted. */
export function allExplanations(): ReadonlyMap<ErrorCode, Explanation> {
  const entries = CATALOGUES.flatMap((catalogue) => Object.entries(catalogue) as [ErrorCode, Explanation][]);
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
