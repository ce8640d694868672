/** Links in the documentation lead somewhere, and nothing in it is true of one machine alone. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync('**/*.md', {
  cwd: root,
  exclude: (name) => /^(?:node_modules|dist|\.[a-z].*)$/.test(name),
}).toSorted();

/** Without what stands in fenced blocks and between backticks: that is what people type, not where they go. */
function prose(text: string): string {
  return text.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
}

function linksIn(text: string): readonly string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
}

/** As GitHub makes them: lower case, blanks as dashes, punctuation gone. */
function anchorsIn(text: string): ReadonlySet<string> {
  const headings = [...text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#{1,6} (.*)$/gm)].map(
    (match) => match[1] ?? '',
  );
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

t.test('there are pages', async (t) => {
  for (const page of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/operate.md'])
    t.ok(pages.includes(page), page);
});

for (const page of pages) {
  t.test(page, async (t) => {
    const text = readFileSync(root + page, 'utf8');
    for (const link of linksIn(text)) {
      if (/^https?:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? root + page : resolve(dirname(root + page), path);
      t.ok(file.startsWith(root) && existsSync(file), `${link} leads to a file of this checkout`);
      if (anchor !== undefined && file.endsWith('.md') && existsSync(file))
        t.ok(anchorsIn(readFileSync(file, 'utf8')).has(anchor), `${link} leads to a heading`);
    }
    t.notMatch(text, /(?:^|[\s(`"'])\/(?:work|home|root|Users|builds|mnt)\//m, 'no path of one machine');
    t.notMatch(text, /registry\.npmjs|npm\.pkg|verdaccio|artifactory|nexus\d?\.|pypi\./i, 'no registry host');
    t.notMatch(text, /\b(?:TODO|FIXME|TBD|XXX|lorem ipsum)\b/, 'nothing is left to be written');
  });
}
