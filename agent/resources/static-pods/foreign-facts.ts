/** Files in the manifest folder that are not ours: how they are addressed, and what is known of them. */
import type { Address, Fingerprint, KindSettings } from '../kind.ts';

export interface ForeignFacts {
  /** What local policy says; read when it was observed, since plans know no settings. */
  readonly policy: KindSettings['foreignManifests'];
  readonly path: string;
  /**
   * manifest: kubelet runs it. duplicate: it has the name of a managed pod, and one of the two wins. malformed:
   * kubelet cannot read it. unread: a link, or more than kubelet reads. other: neither file nor link.
   */
  readonly is: 'manifest' | 'duplicate' | 'malformed' | 'unread' | 'other';
  /** `namespace/name` where these are well formed. */
  readonly pod?: string;
  /** Why it is malformed, without quoting it. */
  readonly why?: string;
}

const PREFIX = 'pod:foreign/';

/**
 * `pod:foreign/old.yaml`; a file to be quarantined also carries the start of its fingerprint, so that each content
 * has a ledger row, and with it a pre-image, of its own: what comes back under the same name is kept as well.
 */
export function foreignAddress(file: string, content?: Fingerprint): Address {
  return `${PREFIX}${escaped(file)}${content === undefined ? '' : `@${content.slice('hmac:'.length, 'hmac:'.length + 8)}`}`;
}

/** What stands for those that are not named; no file's address, where `*` is escaped. */
export const OTHER_FOREIGN: Address = `${PREFIX}*`;

/** An address that this room gave to somebody else's manifest. */
export function isForeign(address: Address): boolean {
  return address.startsWith(PREFIX);
}

/** The file's name, and the start of the fingerprint where the address has one. */
export function foreignParts(address: Address): { readonly file: string; readonly content?: string } {
  const [file = '', content] = address.slice(PREFIX.length).split('@');
  return { file: unescaped(file), ...(content !== undefined && { content }) };
}

/** Addresses are typed and printed: everything but plain characters as %xxxx (UTF-16 units, lone ones too). */
function escaped(file: string): string {
  return file.replaceAll(/[^A-Za-z0-9._~+=,-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function unescaped(file: string): string {
  return file.replaceAll(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
