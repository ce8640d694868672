/** Everything that is wrong with a site, each fault once, however many nodes have it. */
import type { ErrorCode, ErrorDetails, Place, Reason } from '../base/errors.ts';
import { specError, type SpecCode } from '../desired/errors.ts';
import { buildError, type BuildCode } from './errors.ts';

/** `nodes`: those that have the fault, sorted; empty where it is of the site as a whole. */
export interface SiteFinding extends Reason {
  readonly nodes: readonly string[];
  /** Other nodes are made of the same file, and do not have the fault. */
  readonly notAll?: true;
}

interface Kept {
  readonly reason: Reason;
  readonly nodes: Set<string>;
}

/** Collects them while nodes are looked at one by one. */
export class SiteFindings {
  readonly #kept = new Map<string, Kept>();
  readonly #nodesOf = new Map<string, Set<string>>();

  /** The node is made of the file. */
  note(file: string, node: string): void {
    const known = this.#nodesOf.get(file);
    if (known === undefined) this.#nodesOf.set(file, new Set([node]));
    else known.add(node);
  }

  /** `nodes`: who has it, as far as it is a matter of nodes. */
  add(reason: Reason, ...nodes: readonly string[]): void {
    const { file, line, column } = reason.place ?? {};
    const key = JSON.stringify([reason.code, file, line, column, reason.message]);
    const known = this.#kept.get(key);
    if (known === undefined) this.#kept.set(key, { reason, nodes: new Set(nodes) });
    else for (const node of nodes) known.nodes.add(node);
  }

  /** By file, line and column. */
  all(): readonly SiteFinding[] {
    const found = [...this.#kept.values()].map(({ reason, nodes }): SiteFinding => {
      const made = this.#nodesOf.get(reason.place?.file ?? '')?.size ?? 0;
      return { ...reason, nodes: [...nodes].toSorted(), ...(nodes.size > 0 && nodes.size < made && { notAll: true }) };
    });
    return found.toSorted(
      (a, b) => order(a.place, b.place) || compare(a.code, b.code) || compare(a.message, b.message),
    );
  }
}

/** A fault of a layer at its place; codes of the document stay those of the document. */
export function reasonAt(
  code: BuildCode | SpecCode,
  message: string,
  place: Place,
  details: Omit<ErrorDetails, 'place'> = {},
): Reason {
  const more = { place, ...details };
  return (isBuildCode(code) ? buildError(code, message, more) : specError(code, message, more)).toReason();
}

function isBuildCode(code: ErrorCode): code is BuildCode {
  return code.startsWith('KSN-BUILD-');
}

function order(a: Place = {}, b: Place = {}): number {
  return compare(a.file ?? '', b.file ?? '') || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
