/** `kernel: { sysctls: { net.ipv4.ip_nonlocal_bind: 1 } }` */
import type { Reason } from '../../base/errors.ts';
import { NO_SHARED_FIELDS, sharedOf } from '../../desired/shared-fields.ts';
import { pointerOf } from '../../desired/pointer.ts';
import type { ExpandContext, Item } from '../kind.ts';
import { kernelError } from './errors.ts';
import { renderSysctlD } from './parse-sysctl-d.ts';
import { isSecretKey, sysctlFile, sysctlPath } from './sysctl-key.ts';
import type { SysctlSpec } from './sysctl-state.ts';
import { valueText } from './sysctl-value.ts';

type Section = Readonly<Record<string, unknown>>;
type Value = string | number | boolean;

/** Parameters whose value would have to be a secret. */
export function validateSysctls(section: Section): readonly Reason[] {
  return Object.keys(section)
    .filter((key) => isSecretKey(sysctlPath(key)))
    .map((key) =>
      kernelError('KSN-KERNEL-005', `${key} holds a key`, {
        element: `sysctl:${key}`,
        place: { pointer: pointerOf([key]) },
      }).toReason(),
    );
}

/** One item a parameter, owning it and the file that keeps it. */
export function expandSysctls(section: Section, context: ExpandContext): readonly Item<SysctlSpec>[] {
  return Object.entries(section).map(([key, raw]) => {
    const isMap = typeof raw === 'object' && raw !== null;
    const shared = isMap ? sharedOf(raw) : NO_SHARED_FIELDS;
    const value = valueText(isMap ? (raw as { readonly value: Value }).value : (raw as Value));
    const path = sysctlPath(key);
    const bytes = Buffer.from(renderSysctlD(path, value));
    const content = context.fingerprint(bytes);
    const file = sysctlFile(path);
    return {
      address: `sysctl:${key}` as const,
      spec: {
        path,
        value,
        file,
        fileState: { type: 'file', content, size: bytes.length, mode: '0644', owner: '0', group: '0' },
      },
      drift: shared.drift,
      claims: [`sysctl:${path}`, `path:${file}`],
      needs: shared.dependsOn,
      shared,
      contents: new Map([[content, bytes]]),
      contentsArePublic: true as const,
    };
  });
}
