import { readFileSync } from 'node:fs';
import t from 'tap';
import { accent } from '../../../agent/debug/page/accents.ts';
import { VERDICTS } from '../../support/page-views.ts';

t.test('the icon of the tab has the colour of the page', async (t) => {
  const sheet = readFileSync(new URL('../../../agent/debug/page/client/style/colours.css', import.meta.url), 'utf8');
  const [light = ''] = sheet.split('@media');
  for (const verdict of VERDICTS) {
    const [, colour] =
      new RegExp(`main\\[data-verdict='${verdict}'\\] \\{\\s*--accent: (#[0-9a-f]{6});`, 'u').exec(light) ?? [];
    t.equal(accent(verdict), colour, verdict);
  }
});
