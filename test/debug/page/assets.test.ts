import { readFileSync } from 'node:fs';
import t from 'tap';
import { pageAssets } from '../../../packaging/generate-page-assets.ts';

t.test('the script and the style of the page are those of the sources', async (t) => {
  const committed = readFileSync(new URL('../../../agent/debug/page/assets.json', import.meta.url), 'utf8');
  t.ok(committed === (await pageAssets()), 'run: bin/node packaging/generate-page-assets.ts');
  t.notOk(/<\/(?:script|style)|<!--/iu.test(committed), 'nothing in them ends the element that they stand in');
});
