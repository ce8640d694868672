/** The load balancer of the examples: built, signed, verified and applied as a node would; and what later releases add to it. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { buildSite } from '../../agent/authoring/build-site.ts';
import { SiteFiles } from '../../agent/authoring/site-files.ts';
import { validateSite } from '../../agent/authoring/validate-site.ts';
import { judgeDocuments } from '../../agent/commands/judge-documents.ts';
import { SpecChecker } from '../../agent/desired/spec-checker.ts';
import { processorTime } from '../../agent/base/processor-time.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { verifySpec, type VerifyContext } from '../../agent/verify/verify.ts';
import { DEFAULT_POLICY } from '../../agent/verify/local-policy.ts';
import { signPayload, writeEnvelope } from '../../agent/verify/dsse.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { EngineNode, verified } from '../support/engine-node.ts';
import { TEST_SETTINGS } from '../support/test-host.ts';
import { person, trustOf } from '../verify/signing.ts';
import { told } from './site-maker.ts';

const judge = await judgeDocuments();
const checker = await SpecChecker.of(kinds);
const example = fileURLToPath(new URL('../../examples/site', import.meta.url));
const ops = person('ops-1', ['lb']);

async function siteFs(t: Test) {
  const site = join(t.testdir(), 'site');
  cpSync(example, site, { recursive: true, filter: (path) => !/\/build$|generations[.]json$/u.test(path) });
  const fs = await openRoot(nodePrimitives({ root: site, libc: null }), {
    ids: process.getuid?.() === 0 ? 'as-is' : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
  });
  t.teardown(() => fs[Symbol.asyncDispose]());
  return { site, fs };
}

function nodeNamed(node: string, address: string): VerifyContext {
  return {
    source: 'test',
    trust: trustOf([ops]),
    guard: () => null,
    labels: { role: 'lb', node },
    policy: DEFAULT_POLICY,
    now: 0,
    agentVersion: '0.1.0',
    checker,
    allowUnsigned: [],
    facts: { hostname: `${node}.example.net`, primaryAddress: address },
    settings: TEST_SETTINGS,
    fingerprint: (bytes) => `hmac:${Buffer.from(bytes).toString('base64url').slice(0, 40)}${bytes.length}`,
  };
}

t.test('the site is valid, and so is every layer of it that is no node', async (t) => {
  const { fs } = await siteFs(t);
  const { findings, nodes } = await validateSite({ files: new SiteFiles(fs), kinds, judge, processorTime }, null);
  t.strictSame(findings.map(told), []);
  t.equal(nodes, 2);
});

t.test('built, signed, verified, applied', async (t) => {
  const { fs } = await siteFs(t);
  const { built = [] } = await buildSite({ fs, kinds, judge, processorTime });
  t.strictSame(
    built.map(({ node }) => node),
    ['lb-a', 'lb-b'],
  );
  for (const { node, payload } of built) {
    const envelope = writeEnvelope(signPayload(payload, [ops.privateKey]));
    const verification = verifySpec(envelope, nodeNamed(node, '10.20.0.11'));
    if (verification.refused !== undefined) throw new Error(JSON.stringify(verification.refused));
    const { spec, facts } = verification.verified;
    t.match(spec, { series: 'lb', generation: 1, selector: { role: 'lb', node } });
    const other = node === 'lb-a' ? 'lb-b' : 'lb-a';
    t.match(
      verifySpec(envelope, nodeNamed(other, '10.20.0.12')),
      { refused: [{ code: 'KSN-VERIFY-013' }] },
      'for one node alone',
    );

    const ran: string[] = [];
    await using host = await EngineNode.on(undefined, {
      settings: { nodeName: node },
      run: ({ argv }) => {
        ran.push(argv[0] ?? '');
        return { exitCode: 0, signal: null, timedOut: false, outputTail: '' };
      },
      // Nobody answers on a machine in memory.
      checkGate: async () => ({ is: 'healthy' }),
    });
    await host.start();
    const status = await host.accept(verified(spec.generation, spec.sections, { ...spec, facts }));
    t.match(status, { verdict: 'OK' }, JSON.stringify(status.reason));
    t.match(
      await host.text('/etc/keepalived/keepalived.conf'),
      new RegExp(
        `router_id ${node}\\.example\\.net[^]*priority ${node === 'lb-a' ? 150 : 100}\n[^]*10\\.20\\.0\\.${node === 'lb-a' ? 12 : 11}\n`,
        'u',
      ),
    );
    t.match(await host.text('/etc/haproxy/haproxy.cfg'), /bind 10\.20\.0\.10:6443\n/u);
    t.match(
      await host.text('/etc/chrony.conf'),
      /^server time-1\.edge\.example\.net iburst\nserver time-2\.edge\.example\.net iburst\ndriftfile/u,
    );
    t.match(
      await host.text('/etc/sysconfig/nftables.conf'),
      /ip saddr \{ 10\.20\.0\.21, 10\.20\.0\.22, 10\.20\.0\.23 \}/u,
    );
    t.match(await host.text('/etc/motd.d/10-role'), new RegExp(`^${node}\\.example\\.net: held`, 'u'));
    t.match(await host.text('/etc/kubernetes/manifests/haproxy.json'), /"haproxy:3|haproxy:3\.2\.4-alpine/u);
    t.match(
      await host.text('/etc/haproxy/errors/503.http'),
      /^HTTP\/1\.0 503 Service Unavailable\r\n/u,
      'byte for byte',
    );
    t.ok(ran.includes('nft') && ran.includes('grep'), 'checks ran');
  }
});

/** A later issue that brings one of these moves the file's text into roles/lb.yaml, and its line out of here. */
const later: Readonly<Record<string, readonly string[]>> = {
  'later/certificates.yaml': ['3:3 KSN-SPEC-015'],
  'later/checks-in-pods.yaml': ['5:16 KSN-SPEC-029'],
  'later/disruption.yaml': ['5:7 KSN-SPEC-015'],
  'later/selinux.yaml': ['3:3 KSN-SPEC-015'],
  'later/units.yaml': ['3:3 KSN-SPEC-015'],
};

t.test('what this release does not have yet is refused at its place, and nothing else with it', async (t) => {
  const { site, fs } = await siteFs(t);
  writeFileSync(
    join(site, 'nodes/lb-a.yaml'),
    'extends: [../later/lb.yaml]\nvars: { peer: 10.20.0.12, vrrpPriority: 150 }\n',
  );
  const { findings = [] } = await buildSite({ fs, kinds, judge, processorTime });
  t.strictSame(
    findings.map(
      ({ place, code, nodes }) => `${place?.file}:${place?.line}:${place?.column} ${code} ${nodes.join(' ')}`,
    ),
    Object.entries(later).flatMap(([file, places]) => places.map((place) => `${file}:${place} lb-a`)),
  );
});
