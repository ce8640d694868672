import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const folder = fileURLToPath(new URL('../../packaging/systemd/', import.meta.url));

t.test('every unit that can be enabled is enabled by the preset', (t) => {
  const preset = readFileSync(`${folder}keelson.preset`, 'utf8').split('\n');
  const units = globSync(`${folder}*.service`).filter((unit) => readFileSync(unit, 'utf8').includes('[Install]'));
  t.ok(units.length > 1);
  for (const unit of units) t.ok(preset.includes(`enable ${basename(unit)}`), basename(unit));
  t.end();
});
