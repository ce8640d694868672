/** The alert rules by Prometheus' own judge: each comes at its time, not before, and goes. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { parse } from 'yaml';
import { lacksPromtool } from '../support/promtool.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}packaging/prometheus`;
const tests = ['keelson.rules.test.yaml', 'keelson.rules.days.test.yaml'];

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const { groups } = parse(readFileSync(`${folder}/keelson.rules.yaml`, 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

function promtool(...argv: readonly string[]): { readonly status: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync('promtool', argv, { cwd: folder, encoding: 'utf8' });
  return { status, out: `${stdout}${stderr}` };
}

t.test('promtool takes the rules, and each fires and resolves', { skip: lacksPromtool(), timeout: 120_000 }, (t) => {
  const checked = promtool('check', 'rules', 'keelson.rules.yaml');
  t.equal(checked.status, 0, checked.out);
  const tested = promtool('test', 'rules', ...tests);
  t.equal(tested.status, 0, tested.out);
  t.end();
});

t.test('they speak of nothing that the agent does not say', (t) => {
  const source = readFileSync(`${root}agent/debug/metrics.ts`, 'utf8');
  const said = new Set([...source.matchAll(/name: '(keelson_[a-z_]+)'/gu)].map(([, name]) => name));
  t.ok(said.size > 8);
  for (const { alert, expr } of rules)
    for (const [name] of expr.matchAll(/\bkeelson_[a-z_]+/gu))
      // The names of certificates are kept for the kind that comes.
      t.ok(said.has(name) || name.startsWith('keelson_certificate_not_'), `${alert}: ${name}`);
  const verdicts = new Set([...source.matchAll(/^ {2}[A-Z]\w+: '([a-z_]+)',$/gmu)].map(([, word]) => word));
  for (const { expr } of rules)
    for (const [, verdict] of expr.matchAll(/verdict="(\w+)"/gu)) t.ok(verdicts.has(verdict), `${verdict}`);
  t.end();
});

t.test('each is tested to fire and to go, says what to do next, and has its section in docs/alerts.md', (t) => {
  const text = tests.map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('\n');
  const page = readFileSync(`${root}docs/alerts.md`, 'utf8');
  for (const { alert, labels, annotations } of rules) {
    t.match(text, `alertname="${alert}", alertstate="firing"`, alert);
    t.match(labels['severity'], /^(?:critical|warning|info)$/u);
    t.match(annotations['summary'], /\S/u);
    t.match(annotations['description'], 'Next: ', alert);
    t.equal(annotations['runbook'], `docs/alerts.md#${alert.toLowerCase()}`);
    t.match(page, `\n## ${alert}\n`);
    t.match(
      page,
      new RegExp(`\\| \\[${alert}\\]\\(#${alert.toLowerCase()}\\) \\|.*\\| ${labels['severity']} \\|`, 'u'),
    );
  }
  t.equal(page.match(/^## /gmu)?.length, rules.length, 'and no section is of none');
  t.end();
});
