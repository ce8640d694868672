/**
 * Whose links are followed. Whoever may put a link into a folder says where a walk goes on, and we write there with
 * rights that they may not have. So a link of root's (or of the process's own user) in folders of root's is followed
 * anywhere; one that somebody else made, or that lies in a folder of somebody else, only to what belongs to them.
 *
 * As `unsafe_transition` of systemd (chase(CHASE_SAFE), which tmpfiles.d uses), with two differences: a real directory
 * of root's in somebody's folder is no redirection, and is entered; and what a link leads to is judged, not what lies
 * on the way there. It costs nothing where no link is on the way.
 */
import { FsError } from './errors.ts';
import { joinPath } from './path.ts';
import type { DirectoryHandle, Primitives } from './primitives.ts';

export class LinkTrust {
  readonly #primitives: Primitives;
  readonly #path: string;
  /** The first owner on the way who is not trusted: from there on the way is theirs to arrange. */
  #owner: number | undefined;
  /** The first link that they could have made, and what will be left of the walk when it is resolved. */
  #theirs: { readonly shown: string; left: number } | undefined;

  /** `passed`: the directories of the walk so far, the root first. */
  constructor(primitives: Primitives, passed: Iterable<DirectoryHandle>, path: string) {
    this.#primitives = primitives;
    this.#path = path;
    for (const directory of passed) this.#meet(primitives.fstat(directory).uid);
  }

  /** Before the link `name` in `at` is followed, `left` parts of the walk being left after it. */
  follow(at: DirectoryHandle, name: string, { target, uid }: Link, left: number): void {
    this.#meet(uid);
    if (this.#owner === undefined) return;
    const shown = `${joinPath(this.#primitives.locate(at) ?? '', name)} → ${target}`;
    if (!this.#trusts(uid) && uid !== this.#owner)
      throw this.#unsafe(shown, `it is of user ${uid}, in what belongs to user ${this.#owner}`);
    if (this.#theirs === undefined) this.#theirs = { shown, left };
    else this.#theirs.left = Math.min(this.#theirs.left, left);
  }

  /** The walk stands in `directory`, `left` parts being left. */
  arrive(directory: DirectoryHandle, left: number): void {
    const { uid } = this.#primitives.fstat(directory);
    if (this.#theirs === undefined) this.#meet(uid);
    else if (left <= this.#theirs.left) this.#mustBeTheirs(uid);
  }

  #meet(uid: number): void {
    if (!this.#trusts(uid)) this.#owner ??= uid;
  }

  #trusts(uid: number): boolean {
    return uid === 0 || uid === this.#primitives.uid;
  }

  #mustBeTheirs(uid: number): void {
    if (this.#theirs === undefined || uid === this.#owner) return;
    const why = `user ${this.#owner} could have made it, and it leads to what belongs to user ${uid}`;
    throw this.#unsafe(this.#theirs.shown, why);
  }

  #unsafe(link: string, why: string): FsError {
    return new FsError('UNSAFE_LINK', this.#path, `The link ${link} is not followed: ${why}.`);
  }
}

/** A link as readlink(2) and lstat(2) have it. */
export interface Link {
  readonly target: string;
  readonly uid: number;
}
