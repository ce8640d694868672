/** `caAnchors: { /etc/pki/ca-trust/source/anchors/edge-ca.pem: { pem: … } }` */
import type { Reason } from '../../base/errors.ts';
import { pointerOf } from '../../desired/pointer.ts';
import { sharedOf, type SharedFields } from '../../desired/shared-fields.ts';
import type { ExpandContext, Item } from '../kind.ts';
import { pathClaim, pathKey } from '../path-key.ts';
import type { FileState, PathSpec } from '../path-state.ts';
import { readAnchor } from './certificate.ts';
import { caError } from './errors.ts';
import { COMMANDS, placeOf, PLACES } from './layout.ts';

type Section = Readonly<Record<string, unknown>>;

interface RawAnchor {
  readonly pem: string;
}

export interface AnchorSpec extends PathSpec {
  readonly state: FileState;
}

/** What the schema cannot judge: the place, and the certificate. How long it is valid the day decides, not the document. */
export function validateAnchors(section: Section): readonly Reason[] {
  return Object.entries(section).flatMap(([path, raw]) => [
    // A key that is no path is told as that already.
    ...(pathKey.pattern.test(path) && placeOf(path) === undefined ? [misplaced(path)] : []),
    ...certificateFindings(path, (raw as RawAnchor).pem),
  ]);
}

function misplaced(path: string): Reason {
  const places = PLACES.map(({ folder, extension }) => `${folder}/NAME${extension}`);
  return caError('KSN-CA-003', `anchor:${path} is where no tool looks for anchors`, {
    element: `anchor:${path}`,
    place: { pointer: pointerOf([path]) },
    remedy: `Take one of ${places.join(', ')}.`,
  }).toReason();
}

function certificateFindings(path: string, pem: string): readonly Reason[] {
  const anchor = readAnchor(pem);
  if (anchor?.isAuthority === true) return [];
  const details = { element: `anchor:${path}`, place: { pointer: pointerOf([path, 'pem']) } };
  return [
    anchor === null
      ? caError('KSN-CA-001', `anchor:${path} is not one certificate in PEM`, details).toReason()
      : caError('KSN-CA-002', `anchor:${path} is not the certificate of an authority`, details).toReason(),
  ];
}

/** One item an anchor: its file, which everybody may read, and the debt of the trust store. */
export function expandAnchors(section: Section, context: ExpandContext): readonly Item<AnchorSpec>[] {
  return Object.entries(section).map(([path, raw]) => {
    const { pem } = raw as RawAnchor;
    const bytes = Buffer.from(readAnchor(pem)?.pem ?? pem);
    const content = context.fingerprint(bytes);
    const shared = sharedOf(raw);
    return {
      address: `anchor:${path}` as const,
      spec: { path, state: { type: 'file', content, size: bytes.length, mode: '0644', owner: '0', group: '0' } },
      drift: shared.drift,
      claims: [pathClaim(path)],
      needs: shared.dependsOn,
      // First: whoever is told of a new authority is to find it in the store.
      shared: { ...shared, onChange: [...trustStore(path), ...shared.onChange] },
      contents: new Map([[content, bytes]]),
      contentsArePublic: true as const,
    };
  });
}

/** One target for all anchors of a tool: it runs once a wave. */
function trustStore(path: string): SharedFields['onChange'] {
  const tool = placeOf(path)?.tool;
  return tool === undefined ? [] : [{ target: `trust:${tool}`, verb: 'command', command: COMMANDS[tool] }];
}
