/**
 * Writes packaging/systemd/keelson.catalog (`journalctl -x`) and the table of docs/events.md out of the table of events.
 * Run: node packaging/generate-catalog.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogText, messageIdTable, withTable } from './event-catalog.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
writeFileSync(`${root}packaging/systemd/keelson.catalog`, catalogText());
const page = `${root}docs/events.md`;
writeFileSync(page, withTable(readFileSync(page, 'utf8'), messageIdTable()));
console.log('packaging/systemd/keelson.catalog and docs/events.md written');
