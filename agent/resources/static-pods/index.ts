import type { Kind } from '../kind.ts';
import { adoptPod } from './adopt.ts';
import { samePath } from '../path-state.ts';
import { findingsAcross } from './across.ts';
import { applyPod } from './apply.ts';
import { bundledPod } from './bundled-pod.ts';

import { discoverForeign } from './discover.ts';
import { podEffects } from './effects.ts';
import { expandPods, outlinePod } from './expand.ts';
import { POD_NAME } from './names.ts';
import { observePods } from './observe.ts';
import { KIND, planPods, summarizePod } from './plan.ts';
import type { PodState } from './pod-state.ts';
import { probePod } from './probe.ts';
import type { PodItemSpec } from './spec.ts';
import { stagePod } from './stage.ts';
import { validateSection } from './validate.ts';
import { watchPods } from './watch.ts';

/** Pods that kubelet runs from its manifest folder, without an API server. */
export const staticPods: Kind<PodItemSpec, PodState> = {
  name: KIND,
  prefix: 'pod',
  stateVersion: 1,
  schema: async () => (await import('./schema.ts')).podResource,
  key: {
    pattern: POD_NAME,
    meaning: "the name of a pod: lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit",
  },
  bundle: { field: 'pod', read: bundledPod },
  validate: validateSection,
  expand: expandPods,
  outline: outlinePod,
  across: findingsAcross,
  discover: discoverForeign,
  adopt: adoptPod,
  observe: observePods,
  plan: planPods,
  summarize: summarizePod,
  same: samePath,
  stage: stagePod,
  apply: applyPod,
  probe: probePod,
  effects: podEffects,
  watch: watchPods,
  alive: true,
};
