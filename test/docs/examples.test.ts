/** What the documentation shows is true: its documents are valid, or refused by the codes that it says. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { loadConfig } from '../../agent/config/load.ts';
import { SpecChecker } from '../../agent/desired/spec-checker.ts';
import { validateDocument } from '../../agent/desired/validate.ts';
import { kinds } from '../../agent/resources/registry.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['*.md', '{agent,hostfs,packaging,test,docs,schema,examples}/**/*.md'], {
  cwd: root,
}).toSorted();
const settings = { manifestFolder: '/etc/kubernetes/manifests', foreignManifests: 'report' } as const;

interface Example {
  /** `docs/nodespec.md:12` */
  readonly place: string;
  /** Its first line, without the `# `. */
  readonly mark: string;
  readonly text: string;
}

const examples = pages.flatMap((page) => examplesIn(page, readFileSync(root + page, 'utf8')));

/** Fenced blocks of YAML whose first line is a comment. */
function examplesIn(page: string, text: string): readonly Example[] {
  return [...text.matchAll(/^```yaml\n# (.*)\n([^]*?)^```$/gm)].map((match) => ({
    place: `${page}:${text.slice(0, match.index).split('\n').length}`,
    mark: match[1] ?? '',
    text: match[2] ?? '',
  }));
}

/** A block without a head is what stands under `spec`. */
function documentOf(text: string): Uint8Array {
  if (/^apiVersion:/m.test(text)) return Buffer.from(text);
  const indented = text.replaceAll(/^(?=.)/gm, '  ');
  return Buffer.from(
    `apiVersion: keelson.dev/v1\nkind: NodeSpec\nmetadata: { series: docs, generation: 1 }\nspec:\n${indented}`,
  );
}

const checker = await SpecChecker.of(kinds);

function findingsOf(text: string): readonly string[] {
  return validateDocument(documentOf(text), { format: 'yaml', checker, settings }).findings.map(
    ({ code, message, place }) => `${code} line ${place?.line}: ${message}`,
  );
}

t.test('documents that are said to be valid are', async (t) => {
  const valid = examples.filter(({ mark }) => mark === 'validates');
  t.ok(valid.length >= 5, `${valid.length} examples`);
  for (const { place, text } of valid) t.same(findingsOf(text), [], place);
});

t.test('documents that are said to be refused are, by these codes and no others', async (t) => {
  const refused = examples.filter(({ mark }) => mark.startsWith('refused: '));
  t.ok(refused.length >= 2, `${refused.length} examples`);
  for (const { place, mark, text } of refused) {
    const found = findingsOf(text);
    const said = mark.slice('refused: '.length).split(' ');
    const unsaid = found.filter((finding) => !said.some((code) => finding.startsWith(`${code} `)));
    t.same(unsaid, [], place);
    for (const code of said) t.ok(found.join('\n').includes(`${code} `), `${place}: ${code}`);
  }
});

t.test('configuration that is shown loads', async (t) => {
  const shown = examples.filter(({ mark }) => /^\/(etc|usr\/lib|run)\/keelson\/config\.d\//.test(mark));
  t.ok(shown.length >= 1, `${shown.length} examples`);
  const nothing = { list: async () => [], lstat: async () => null, read: async () => new Uint8Array() };
  for (const { place, mark, text } of shown) {
    const loaded = loadConfig({
      files: nothing,
      folders: [],
      extra: { file: mark, bytes: Buffer.from(text) },
      kinds: kinds.map(({ name }) => name),
    });
    await t.resolves(loaded, place);
  }
});

t.test('no mark is misspelt', async (t) => {
  for (const { place, mark } of examples)
    if (/^(?:valid|refus)/i.test(mark))
      t.match(mark, /^(?:validates|refused: KSN-[A-Z]+-\d{3}(?: KSN-[A-Z]+-\d{3})*)$/, place);
});
