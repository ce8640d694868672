import t from 'tap';
import { redactedSpec } from '../../agent/debug/redacted-spec.ts';
import type { NodeSpec } from '../../agent/desired/node-spec.ts';
import { tracesIn, tracesOf } from '../support/secret-traces.ts';

const secret = 'hunter2-weak';
const traces = tracesOf([secret, `${secret}\n`]);
const base64 = Buffer.from(secret).toString('base64');
const container = {
  name: 'a',
  image: 'registry.example/a:1',
  command: ['/bin/sh', '-c', secret],
  args: ['--password', secret],
  env: [
    { name: 'PASSWORD', value: secret },
    { name: 'FROM', valueFrom: { fieldRef: { fieldPath: secret } } },
  ],
  ports: [{ containerPort: 6443, protocol: 'TCP' }],
  livenessProbe: {
    httpGet: { path: `/healthz?token=${secret}`, port: 80, httpHeaders: [{ name: 'X', value: secret }] },
    exec: { command: [secret] },
  },
  lifecycle: { postStart: { exec: { command: ['x', secret] } } },
  securityContext: { runAsUser: 99, seLinuxOptions: { type: 'spc_t' } },
  resources: { limits: { cpu: '1', memory: '1Gi' } },
};
const gates = [
  {
    boot: false,
    timeoutMs: 1,
    type: 'http',
    url: `https://ana:${secret}@lb:8404/healthz?key=${secret}#${secret}`,
    contains: secret,
  },
  { boot: false, timeoutMs: 1, type: 'exec', command: { argv: ['curl', secret], timeoutMs: 1 } },
] as const;
const spec: NodeSpec = {
  series: 'lb',
  generation: 42,
  selector: { role: 'lb' },
  health: { stableForMs: 1, deadlineMs: 1 },
  gates,
  sections: {
    files: {
      '/etc/x': {
        mode: '0600',
        owner: 'haproxy',
        content: { inline: `${secret}\n`, facts: true },
        check: { exec: ['/usr/sbin/haproxy', secret], timeout: '5s' },
        onChange: { 'unit:x.service': 'reload', 'pod:a': { signal: 'SIGUSR2' }, 'command:x': { exec: [secret] } },
        gates: [
          { http: `http://ana:${secret}@lb/x?${secret}`, contains: secret },
          { file: '/etc/x', contains: secret },
        ],
        note: `password=${secret} for ana`,
      },
      '/etc/y': { content: { base64 } },
    },
    links: { '/etc/l': { target: '../x' } },
    staticPods: {
      a: { pod: { metadata: { labels: { app: 'a' }, annotations: { x: secret } }, spec: { containers: [container] } } },
      b: { content: { inline: `spec: { env: ${secret} }` } },
    },
    laterKind: { x: { somethingNew: secret, deep: [{ alsoNew: [secret] }], key: secret, count: 3, on: true } },
  },
};

t.test('nothing of a secret is left, wherever it stands', async (t) => {
  const shown = JSON.stringify(redactedSpec(spec));
  t.strictSame(tracesIn(shown, traces), []);
  t.ok(tracesIn(JSON.stringify(spec), traces).length > 0, 'the spec has it');
});

t.test('what a thing is remains to be seen', async (t) => {
  const inline = Buffer.byteLength(`${secret}\n`);
  t.match(redactedSpec(spec), {
    series: 'lb',
    generation: 42,
    selector: { role: 'lb' },
    gates: [
      { type: 'http', url: 'https://lb:8404/healthz' },
      { type: 'exec', command: { timeoutMs: 1 } },
    ],
    sections: {
      files: {
        '/etc/x': {
          mode: '0600',
          owner: 'haproxy',
          content: { inline: { redacted: true, bytes: inline }, facts: true },
          check: { timeout: '5s' },
          onChange: { 'unit:x.service': 'reload', 'pod:a': { signal: 'SIGUSR2' } },
          gates: [{ http: 'http://lb/x' }, { file: '/etc/x', contains: { redacted: true } }],
          note: 'password=[redacted] for ana',
        },
      },
      links: { '/etc/l': { target: '../x' } },
      staticPods: {
        a: {
          pod: {
            metadata: { labels: { app: 'a' } },
            spec: {
              containers: [
                {
                  name: 'a',
                  image: 'registry.example/a:1',
                  env: [{ name: 'PASSWORD', value: { redacted: true, bytes: secret.length } }, { name: 'FROM' }],
                  ports: [{ containerPort: 6443, protocol: 'TCP' }],
                  livenessProbe: { httpGet: { path: '/healthz', port: 80 } },
                  securityContext: { runAsUser: 99, seLinuxOptions: { type: 'spc_t' } },
                  resources: { limits: { cpu: '1', memory: '1Gi' } },
                },
              ],
            },
          },
        },
      },
      laterKind: { x: { somethingNew: { redacted: true, bytes: secret.length }, count: 3, on: true } },
    },
  });
});
