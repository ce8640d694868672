import t from 'tap';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { applyEdits, edits } from './mutate.ts';
import { codeOf, context, documentWith, fakeKinds, told, validate } from './fake-kinds.ts';
import { expandSpec } from '../../agent/desired/items.ts';

const good = documentWith(`health: { stableFor: 20s, deadline: 5m }
gates: [ { tcp: "127.0.0.1:22", boot: true } ]
folders:
  /etc/x: {}
boxes:
  /etc/x/a:
    mode: '0644'
    size: 16MiB
    lid: open
    content: { inline: hello }
    dependsOn: ["box:/etc/b"]
    gates: [ { http: "http://127.0.0.1:8404/healthz", boot: true }, { file: /run/x, contains: y, timeout: 2s } ]
    check: { exec: [haproxy, -c, -f, "{staged}"], timeout: 30s }
    onChange: { "pod:haproxy": { signal: SIGUSR2 }, "unit:x.service": reload, "command:tell": { exec: [a, b] } }
    onRemove: keep
    drift: report
    waitLimit: 1h
    note: for people
    guard: { reach: [coordinator, "tcp:10.0.0.1:22"], within: 30s }
  /etc/b: {}`);

t.test('a valid document gives a spec', async (t) => {
  const { spec, items, findings } = validate(
    good
      .replace('generation: 1', 'generation: 7, selector: { role: lb }, labels: { team: edge }')
      .replace('spec:', "requires: { agent: '>=1.2' }\nnotAfter: 2027-01-01T00:00:00Z\nfloor: 3\nspec:"),
  );
  t.strictSame(findings, []);
  t.match(spec, {
    series: 'lb',
    generation: 7,
    selector: { role: 'lb' },
    labels: { team: 'edge' },
    notAfter: Date.UTC(2027, 0, 1),
    floor: 3,
    requiresAgent: '>=1.2',
    health: { stableForMs: 20_000, deadlineMs: 300_000 },
    gates: [{ type: 'tcp', host: '127.0.0.1', port: 22, boot: true, timeoutMs: 5000 }],
  });
  t.strictSame(
    items.map(({ address }) => address),
    ['box:/etc/b', 'box:/etc/x/a', 'directory:/etc', 'directory:/etc/x'],
  );
  t.match(items[1]?.shared, {
    gates: [
      { type: 'http', url: 'http://127.0.0.1:8404/healthz', boot: true },
      { type: 'file', path: '/run/x', contains: 'y', timeoutMs: 2000 },
    ],
    check: { argv: ['haproxy', '-c', '-f', '{staged}'], timeoutMs: 30_000 },
    onChange: [
      { target: 'command:tell', verb: 'command', command: { argv: ['a', 'b'], timeoutMs: 10_000 } },
      { target: 'pod:haproxy', verb: 'signal', signal: 'SIGUSR2' },
      { target: 'unit:x.service', verb: 'reload' },
    ],
    onRemove: 'keep',
    drift: 'report',
    waitLimitMs: 3_600_000,
    guard: { reach: ['coordinator', 'tcp:10.0.0.1:22'], withinMs: 30_000 },
  });
});

t.test('six faults of six kinds are told at once, each with its place', async (t) => {
  const text = documentWith(`boxes:
  /etc/a: { mode: 0644 }
  /etc/b: { lid: opn }
  /etc/c: { chek: 1 }
  /etc/d: { dependsOn: ["box:/etc/nowhere"] }
  /etc/e: { level: 12 }
  /etc/f: { content: { inline: a, base64: YQ== } }`);
  t.strictSame(told(text, { file: 'x.yaml' }), [
    "6:15 KSN-SPEC-012 expected octal permission bits in quotes: '0644', '0750', '1777', found a number",
    "7:15 KSN-SPEC-013 expected 'open' or 'shut'; did you mean 'open'?",
    "8:15 KSN-SPEC-010 'chek' is not known here; did you mean 'check'?",
    "9:27 KSN-SPEC-018 box:/etc/d depends on 'box:/etc/nowhere', which is not in this spec",
    '10:15 KSN-SPEC-013 the number must be at most 9',
    "11:15 KSN-SPEC-033 takes only one of 'inline' or 'base64'",
  ]);
  const [first] = validate(text, { file: 'x.yaml' }).findings;
  t.strictSame(first?.place, { file: 'x.yaml', line: 6, column: 15, pointer: '/spec/boxes/~1etc~1a/mode' });
  t.ok(first?.remedy);
});

t.test('a number out of bounds says which it may be', async (t) => {
  const { findings } = validate(documentWith('boxes: {}').replace('generation: 1', 'generation: 0'));
  t.match(findings, [{ code: 'KSN-SPEC-013', remedy: 'Use a whole number of 1 or more.' }]);
});

t.test('every way to be wrong has its words', async (t) => {
  const cases: readonly (readonly [spec: string, wanted: readonly string[]])[] = [
    ['boxes: { /a: { level: 1.5 } }', ['KSN-SPEC-012 expected a whole number, found a number']],
    ['boxes: { /a: { level: 0 } }', ['KSN-SPEC-013 the number must be at least 1']],
    ['boxes: { /a: { words: [toolong] } }', ['KSN-SPEC-013 the text must have at most 5 characters']],
    ['boxes: { /a: { words: [a, b, c, d] } }', ['KSN-SPEC-013 the list must have at most 3 entries']],
    ['boxes: { /a: { words: [a, a] } }', ['KSN-SPEC-013 the list has the same entry twice']],
    ['boxes: { /a: { words: no } }', ['KSN-SPEC-012 expected a list, found text']],
    ['boxes: { /a: [] }', ['KSN-SPEC-012 expected a map, found a list']],
    ['boxes: [] ', ['KSN-SPEC-012 expected a map, found a list']],
    ['boxes: { /a: { size: 16MB } }', ["KSN-SPEC-013 expected a size with its unit: '100B', '512KiB', '16MiB'"]],
    ['boxes: { /a: { content: {} } }', ["KSN-SPEC-033 needs one of 'inline' or 'base64'"]],
    ['boxes: { /a: { content: { inlin: x } } }', ["KSN-SPEC-010 'inlin' is not known here; did you mean 'inline'?"]],
    ['boxes: { /a: { content: { inline: 5 } } }', ['KSN-SPEC-012 expected text, found a number']],
    ['boxes: { /a: { content: x } }', ["KSN-SPEC-012 expected a map with 'inline' or a map with 'base64', found text"]],
    ['boxes: { a: {} }', ["KSN-SPEC-017 'a' is not an absolute path"]],
    ['boxs: {}', ["KSN-SPEC-010 'boxs' is not known here; did you mean 'boxes'?"]],
    ['units: {}', ["KSN-SPEC-015 'units' is not in this release; it has 'boxes' or 'folders'"]],
    ['boxes: { /a: { disruption: {} } }', ["KSN-SPEC-015 'disruption' is not in this release"]],
    [
      'boxes: { /a: { dependsOn: ["certificate:x"] } }',
      ["KSN-SPEC-018 box:/a depends on 'certificate:x', whose section 'certificates' comes in a later release"],
    ],
    [
      'boxes: { /a: { dependsOn: ["certificate:x", "box:/b"] } }\ncertificates: { x: {} }',
      [
        "KSN-SPEC-018 box:/a depends on 'box:/b', which is not in this spec; did you mean 'box:/a'?",
        "KSN-SPEC-015 'certificates' is not in this release; it has 'boxes' or 'folders'",
      ],
    ],
    ['boxes: { /a: { from: x } }', ["KSN-SPEC-016 'from' is for authoring; a node document has it resolved"]],
    [
      'boxes: { /a: { onChange: { "unit:x.service": relod } } }',
      ["KSN-SPEC-013 expected 'reload', 'restart', a map with 'signal' or a map with 'exec'; did you mean 'reload'?"],
    ],
    [
      'boxes: { /a: { onChange: { "unit:x.service": 1 } } }',
      ["KSN-SPEC-012 expected 'reload', 'restart', a map with 'signal' or a map with 'exec', found a number"],
    ],
    [
      'boxes: { /a: { onChange: { "unit:x.service": { signal: SIGHOP } } } }',
      [
        "KSN-SPEC-013 expected 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGTERM', 'SIGCONT', 'SIGWINCH', 'SIGURG', 'SIGTTIN' or 'SIGTTOU'; did you mean 'SIGHUP'?",
      ],
    ],
    ['boxes: { /a: { onChange: { "unit:x.service": {} } } }', ["KSN-SPEC-033 needs one of 'signal' or 'exec'"]],
    [
      'boxes: { /a: { onChange: { "unit:x.service": { exec: [a] } } } }',
      ["KSN-SPEC-035 'unit:x.service' cannot exec; unit: targets take reload, restart, signal"],
    ],
    [
      'boxes: { /a: { onChange: { "pod:x": reload } } }',
      ["KSN-SPEC-035 'pod:x' cannot reload; pod: targets take restart, signal"],
    ],
    [
      'boxes: { /a: { onChange: { "machine:x": reload } } }',
      [
        "KSN-SPEC-017 'machine:x' is not a target: 'unit:NAME.service', 'pod:NAME', 'process:NAME', 'pidfile:/run/x.pid' or 'command:NAME'",
      ],
    ],
    ['boxes: { /a: { check: { exec: [] } } }', ['KSN-SPEC-013 the list must not be empty']],
    ['boxes: { /a: { check: { timeout: 1s } } }', ["KSN-SPEC-011 'exec' is missing"]],
    [
      'boxes: { /a: { check: { exec: [a], pod: x } } }',
      ['KSN-SPEC-029 a check inside a pod needs a container runtime, which this release does not talk to'],
    ],
    ['boxes: { /a: { gates: [ { htttp: "x" } ] } }', ["KSN-SPEC-010 'htttp' is not known here; did you mean 'http'?"]],
    [
      'boxes: { /a: { gates: [ { boot: true } ] } }',
      [
        "KSN-SPEC-033 needs one of 'http', 'tcp', 'file', 'exec', 'unitActive', 'pod', 'timeSync', 'ladder', 'xid', 'readiness' or 'certificate'",
      ],
    ],
    [
      'boxes: { /a: { gates: [ { http: "http://x/", tcp: "x:1" } ] } }',
      ["KSN-SPEC-033 takes only one of 'http' or 'tcp'"],
    ],
    [
      'boxes: { /a: { gates: [ { http: "http://x/", bot: true } ] } }',
      ["KSN-SPEC-010 'bot' is not known here; did you mean 'boot'?"],
    ],
    ['boxes: { /a: { gates: [ { tcp: "x:0" } ] } }', ['KSN-SPEC-013 the port must be between 1 and 65535']],
    [
      'boxes: { /a: { gates: [ { http: "http://[/" } ] } }',
      ['KSN-SPEC-013 http takes a complete URL without a user or password in it'],
    ],
    [
      'boxes: { /a: { gates: [ { file: /x, contains: a, absent: true } ] } }',
      ['KSN-SPEC-033 a file cannot be absent and contain something'],
    ],
    ['boxes: { /a: { gates: [ { xid: none, for: 5m } ] } }', []],
    ['boxes: { /a: { gates: [ { tcp: "a:1", timeout: 0s } ] } }', ['KSN-SPEC-013 timeout must be longer than nothing']],
    [
      'boxes: { /a: { waitLimit: 5 } }',
      ["KSN-SPEC-012 expected a duration with its unit: '500ms', '60s', '10m', '1h30m', '7d', found a number"],
    ],
    [
      'boxes: { /a: { dependsOn: [x] } }',
      [
        "KSN-SPEC-013 expected an address: 'file:/etc/x', 'pod:haproxy'",
        "KSN-SPEC-018 box:/a depends on 'x', which is not in this spec",
      ],
    ],
    [
      'boxes: { /a: { dependsOn: ["box:/ab"] }, /abc: {} }',
      ["KSN-SPEC-018 box:/a depends on 'box:/ab', which is not in this spec; did you mean 'box:/a'?"],
    ],
    ['boxes: { /a: { level: 7 } }', ['KSN-SPEC-013 no 7s']],
    [
      'health: { stableFor: 10m, deadline: 5m }',
      ['KSN-SPEC-013 the deadline must be longer than stableFor, or no generation ever counts as good'],
    ],
  ];
  for (const [spec, wanted] of cases)
    t.strictSame(
      told(documentWith(spec)).map((line) => line.slice(line.indexOf(' ') + 1)),
      wanted,
      spec,
    );
});

t.test('the head', async (t) => {
  const cases: readonly (readonly [head: string, wanted: readonly string[]])[] = [
    [
      'metadata: { series: lb, generaton: 4 }',
      ["3:25 KSN-SPEC-010 'generaton' is not known here; did you mean 'generation'?"],
    ],
    ['metadata: { series: lb }', ["3:1 KSN-SPEC-011 'generation' is missing"]],
    [
      'metadata: { series: LB, generation: 0 }',
      [
        "3:13 KSN-SPEC-013 expected small letters, digits, '-' and '.', at most 63: 'lb', 'gpu-compute'",
        '3:25 KSN-SPEC-013 the number must be at least 1',
      ],
    ],
    [
      'metadata: { series: "lb-${facts.hostname}", generation: 1 }',
      ['3:13 KSN-SPEC-026 nothing is resolved in the head of the document'],
    ],
    [
      'metadata: { series: lb, generation: 1, selector: { role: "${vars.x}" } }',
      ['3:52 KSN-SPEC-026 nothing is resolved in the head of the document'],
    ],
    [
      'metadata: { series: lb, generation: 2 }\nfloor: 3',
      ['4:1 KSN-SPEC-013 the floor 3 is above the generation 2 itself'],
    ],
    [
      'metadata: { series: lb, generation: 2 }\nnotAfter: 2026-13-45T00:00:00Z',
      ['4:1 KSN-SPEC-013 there is no such time'],
    ],
    [
      'metadata: { series: lb, generation: 2 }\nnotAfter: tomorrow',
      ["4:1 KSN-SPEC-013 expected a time as RFC 3339 writes it: '2026-11-24T06:00:00Z'"],
    ],
    [
      "metadata: { series: lb, generation: 2 }\nrequires: { agent: '^1.2' }",
      ['4:13 KSN-SPEC-030 this is not a range of versions'],
    ],
    [
      'metadata: { series: lb, generation: 2 }\nextends: [../base.yaml]\nvars: {}',
      [
        "4:1 KSN-SPEC-016 'extends' is for authoring; a node document has it resolved",
        "5:1 KSN-SPEC-016 'vars' is for authoring; a node document has it resolved",
      ],
    ],
  ];
  for (const [head, wanted] of cases) t.strictSame(told(documentWith('boxes: {}', head)), wanted, head);
  t.strictSame(told('apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: x }\nspec: { replicas: 1 }\n'), [
    '1:1 KSN-SPEC-027 this agent reads keelson.dev/v1, and this document is of another version',
    '2:1 KSN-SPEC-027 this document is not a NodeSpec',
  ]);
  t.strictSame(told('hello'), [
    "1:1 KSN-SPEC-012 expected a map with 'apiVersion' and 'kind' and 'metadata' and 'spec', found text",
  ]);
  t.strictSame(
    told('{}').map((line) => line.slice(4)),
    [
      "KSN-SPEC-011 'apiVersion' is missing",
      "KSN-SPEC-011 'kind' is missing",
      "KSN-SPEC-011 'metadata' is missing",
      "KSN-SPEC-011 'spec' is missing",
    ],
  );
});

t.test('values never stand in findings: they may be secret', async (t) => {
  const secret = 'hunter2-and-more';
  const text = documentWith(`boxes:
  /a: { mode: ${secret}, lid: ${secret}, size: ${secret}, words: [${secret}], level: ${secret}, content: { inline: 5, base64: [${secret}] } }
  /b: { content: ${secret}, onChange: { "unit:x.service": ${secret} }, gates: [ { http: ${secret} }, { tcp: ${secret} } ], drift: ${secret} }
  /c: ${secret}`);
  const findings = validate(text).findings;
  t.ok(findings.length >= 12);
  t.notMatch(JSON.stringify(findings), /hunter2/);
});

t.test('a thousand faults are a hundred findings and a remark; too many resources are one', async (t) => {
  const many = (count: number, resource: string): string =>
    documentWith(`boxes:\n${Array.from({ length: count }, (_, index) => `  /x${index}: ${resource}`).join('\n')}`);
  const findings = told(many(1000, '{ chek: 1 }'));
  t.equal(findings.length, 101);
  t.match(findings.at(-1), /and more faults/);
  t.match(told(many(5001, '{}')), [/KSN-SPEC-028 the spec has 5001 resources; a node accepts 5000/]);
  t.strictSame(told(many(5000, '{}')), []);
});

t.test('never throws on mutated documents, and what is valid expands', async () => {
  const original = parse(good) as unknown;
  fc.assert(
    fc.property(edits, (list) => {
      const document = applyEdits(original, list);
      const { spec, findings } = validate(stringify(document));
      if ((spec === null) !== findings.length > 0) throw new Error('a spec and findings, or neither');
      for (const { place, code } of findings)
        if (place?.line === undefined || code.startsWith('KSN-BASE')) throw new Error(`${code} without a place`);
      if (spec !== null) expandSpec(spec, fakeKinds, context({ hostname: 'a' }));
    }),
    { numRuns: 400 },
  );
});

t.test('expandSpec refuses what only a node can find: a fact that it cannot tell', async (t) => {
  const { spec } = validate(documentWith('boxes: { /a: { note: "${facts.primaryAddress}" } }'));
  t.ok(spec);
  if (spec !== null)
    t.equal(
      codeOf(() => expandSpec(spec, fakeKinds, context())),
      'KSN-SPEC-024',
    );
});
