/**
 * The place of Pod Security, which a later issue fills: per-control exemptions of the local policy with an
 * always-deny list (privileged, hostPID, container sockets, the manifest folder itself, …). With no API server this
 * agent is the only gate. A policy answers with KSN-POD-011 findings.
 */
import type { Finding } from './finding.ts';
import type { JsonObject } from './json.ts';

export type PodSecurityPolicy = (pod: JsonObject, name: string) => readonly Finding[];

/** Until then everything that the schema and the static-pod rules allow is allowed. */
export const NO_POD_SECURITY: PodSecurityPolicy = () => [];
