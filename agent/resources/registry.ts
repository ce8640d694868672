/**
 * Every kind of this release. A new kind is a new folder and one line here, after those that see less in a thing: a
 * manifest is a file too, and `keelson adopt` asks the last first.
 */
import { caAnchors } from './ca-anchors/index.ts';
import { directories } from './directories/index.ts';
import { files } from './files/index.ts';
import type { AnyKind } from './kind.ts';
import { sysctls } from './kernel/index.ts';
import { links } from './links/index.ts';
import { staticPods } from './static-pods/index.ts';

export const kinds: readonly AnyKind[] = [directories, files, links, caAnchors, staticPods, sysctls];
