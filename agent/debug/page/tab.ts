/** What a reader sees of the page among other tabs. */
import { oneLine } from '../../base/one-line.ts';
import type { NodeStatus } from '../../report/status.ts';
import { verdictName } from '../../report/verdict-words.ts';
import { accent } from './accents.ts';
import type { Connection } from './page-view.ts';
import { iconAddress } from './shapes.ts';

/** "Rolled back · lb-a". */
export function tabTitle({ node, verdict }: NodeStatus, connection: Connection = 'loaded'): string {
  return `${connection === 'lost' ? 'Connection lost' : verdictName(verdict)} · ${oneLine(node)}`;
}

/** Old news has the icon of Unknown. */
export function tabIcon({ verdict }: NodeStatus, connection: Connection = 'loaded'): string {
  const shown = connection === 'lost' ? 'Unknown' : verdict;
  return iconAddress(shown, accent(shown));
}
