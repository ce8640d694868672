/** Builds the script and the style of the page into agent/debug/page/assets.json; a test proves that it is current. */
import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}agent/debug/page`;

/** The text of assets.json as the sources say now. */
export async function pageAssets(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`${folder}/client/main.ts`, `${folder}/client/page.css`],
    outdir: '/assets',
    write: false,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    // Firefox ESR, Safari and Chromium of the last two years.
    target: ['chrome120', 'firefox115', 'safari17'],
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const text = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))?.text.trim() ?? '';
  return `${JSON.stringify({ script: text('.js'), style: text('.css') }, null, 2)}\n`;
}

if (import.meta.main) writeFileSync(`${folder}/assets.json`, await pageAssets());
