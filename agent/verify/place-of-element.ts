/** Where in its document that stands which a finding of policy is about. */
import type { Reason } from '../base/errors.ts';
import { childPointer } from '../desired/pointer.ts';
import { sectionPointer } from '../desired/section-place.ts';
import type { AnyKind } from '../resources/kind.ts';

/** The same reasons with the pointers of their elements: a resource by its address, else the whole spec. */
export function withPointers(reasons: readonly Reason[], kinds: readonly AnyKind[]): readonly Reason[] {
  return reasons.map((reason) => ({ ...reason, place: { pointer: pointerOf(reason.element ?? '', kinds) } }));
}

/** `file:/etc/x` → `/spec/files/~1etc~1x` */
function pointerOf(element: string, kinds: readonly AnyKind[]): string {
  const end = element.indexOf(':');
  const kind = kinds.find(({ prefix }) => prefix === element.slice(0, end));
  return kind === undefined ? '/spec' : childPointer(sectionPointer(kind.name), element.slice(end + 1));
}
