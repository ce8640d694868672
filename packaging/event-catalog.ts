/** The table of events in two forms: as a catalog of journald, and as rows of docs/events.md. */
import { EVENT_KINDS, type EventKind } from '../agent/report/event-kinds.ts';
import type { EventType } from '../agent/report/events.ts';
import { EVENT_MEANINGS } from './event-meanings.ts';

const head = `# /usr/lib/systemd/catalog/keelson.catalog, made by packaging/generate-catalog.ts
# journalctl -x shows it with the entries; journalctl --update-catalog takes it in.
`;

const priorities: Readonly<Record<EventKind['priority'], string>> = {
  3: 'err',
  4: 'warning',
  5: 'notice',
  6: 'info',
};

/** Only fields that every entry has are put in: journald shows the name of one that is not there. */
export function catalogText(): string {
  const entries = Object.entries(EVENT_MEANINGS).map(
    ([type, { means, next }]) =>
      `\n-- ${EVENT_KINDS[type as EventType].id}\nSubject: Keelson: ${type}\nDefined-By: Keelson\n\n${means}\n\n` +
      `Next: ${next}\n\nkeelson events has it as number @KEELSON_SEQ@.\n`,
  );
  return head + entries.join('');
}

/** Its rows, one a type, in the order of the table. */
export function messageIdTable(): string {
  const rows = Object.entries(EVENT_KINDS).map(
    ([type, { id, priority }]) => `| \`${type}\` | \`${id}\` | ${priority} (${priorities[priority]}) |`,
  );
  return ['| type | `MESSAGE_ID` | priority |', '|---|---|---|', ...rows, ''].join('\n');
}

/** The page with this table in place of the one that has the same first line. */
export function withTable(page: string, table: string): string {
  const [first = ''] = table.split('\n');
  const start = page.indexOf(`${first}\n`);
  const end = page.indexOf('\n\n', start);
  return start === -1 ? page : page.slice(0, start) + table + (end === -1 ? '' : page.slice(end + 1));
}
