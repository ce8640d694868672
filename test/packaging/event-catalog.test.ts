import { readFileSync } from 'node:fs';
import t from 'tap';
import { catalogText, messageIdTable, withTable } from '../../packaging/event-catalog.ts';

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

t.test('the catalog and the table of docs/events.md are those of the sources', (t) => {
  const how = 'run: node packaging/generate-catalog.ts';
  t.equal(file('packaging/systemd/keelson.catalog'), catalogText(), how);
  t.ok(file('docs/events.md').includes(messageIdTable()), how);
  t.equal(withTable(file('docs/events.md'), messageIdTable()), file('docs/events.md'));
  t.equal(withTable('a\n\n| x |\n| old |\n\nb\n', '| x |\n| new |\n'), 'a\n\n| x |\n| new |\n\nb\n');
  t.end();
});
