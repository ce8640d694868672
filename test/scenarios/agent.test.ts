import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { example, keelson, started } from './program.ts';

/** A root that trusts one key, and a way to put signed generations into its folder. */
async function signedRoot(t: Test) {
  const root = t.testdir();
  const keys = join(root, 'keys');
  for (const folder of ['trust.d', 'specs.d', 'config.d'])
    mkdirSync(join(root, 'etc/keelson', folder), { recursive: true });
  for (const name of ['ops-1', 'ops-2']) await keelson('keygen', name, '--out', keys);
  const trust = (name: string) =>
    copyFileSync(join(keys, `${name}.yaml`), join(root, 'etc/keelson/trust.d', `${name}.yaml`));
  trust('ops-1');
  const publish = async (generation: number, signer: string) => {
    const plain = join(root, 'plain.yaml');
    writeFileSync(plain, readFileSync(example, 'utf8').replace(/generation: 1\b/u, `generation: ${generation}`));
    const out = join(root, 'etc/keelson/specs.d', `lb-${generation}.dsse.json`);
    const signed = await keelson('sign', plain, '--key', join(keys, `${signer}.key`), '--out', out);
    t.equal(signed.code, 0, signed.err);
  };
  return { root, trust, publish, at: (...args: string[]) => keelson('--root', root, ...args) };
}

t.test('the daemon takes signed specs, reloads its trust, and ends in order', async (t) => {
  const { root, trust, publish, at } = await signedRoot(t);
  await publish(1, 'ops-1');
  const agent = started(t, '--root', root, 'agent');
  await agent.says(/"event":"ready"/u);
  const following = started(t, '--root', root, 'events', '--follow', '--after', '0');
  await following.says(/VerdictGood/u);
  t.match(following.out, /SpecAccepted +lb\/1 accepted from folder:\S+, signed by ops-1\n/u);

  t.match(await at('agent'), { code: 1, err: /^KSN-APPLY-020 Another agent \(process \d+\) runs/u });
  t.notOk(existsSync(join(root, 'run/motd.d/10-keelson')), 'nor does a login hear that the agent does not run');
  t.match(await at('status', '--exit-code'), { code: 0, out: /OK {2}running lb\/1/u }, 'the first runs on');

  await publish(2, 'ops-2');
  const unsigned = join(root, 'plain.yaml');
  t.match(
    await at('plan', unsigned),
    { code: 0, out: /^lb\/2 \(from 1\), unsigned\n/u },
    'root may look before it is signed',
  );
  t.match(await at('apply', unsigned, '--yes'), { code: 1, err: /KSN-VERIFY-015/u });
  await following.says(/SpecRefused.*KSN-VERIFY-005/u);
  trust('ops-2');
  agent.process.kill('SIGHUP');
  await following.says(/lb\/2 accepted from folder:\S+, signed by ops-2/u);

  writeFileSync(join(root, 'etc/keelson/config.d/50.yaml'), 'mode: { nod: observe }\n');
  agent.process.kill('SIGHUP');
  await agent.says(/reload-failed/u);
  t.match(await at('config', 'show'), { code: 1, err: /50\.yaml:1:9 +KSN-CFG-005/u });
  t.match(await at('status'), { code: 0 }, 'what was in force stays, and can be asked');

  const unknown = await at('hold', 'file:/etc/haproxy/haproxy.cfg', 'file:/nope', '--for', '1h', '--reason', 'test');
  t.match(unknown, { code: 1, err: /KSN-ENGINE-013/u });
  t.match(JSON.parse((await at('status', '-o', 'json')).out), { overrides: [] }, 'all or none');
  writeFileSync(join(root, 'etc/keelson/config.d/50.yaml'), 'foreignManifests: ignore\n');
  agent.process.kill('SIGHUP');
  await agent.says(/restart-needed.*foreignManifests/u);

  const { code } = await agent.stop('SIGTERM');
  t.equal(code, 0);
  t.notOk(existsSync(join(root, 'run/keelson/agent.sock')));
  t.notOk(existsSync(join(root, 'run/keelson/control.sock')));
});

t.test('a reload makes the sockets anew where they are gone', async (t) => {
  const { root, publish, at } = await signedRoot(t);
  await publish(1, 'ops-1');
  const agent = started(t, '--root', root, 'agent');
  await agent.says(/"event":"ready"/u);
  const sockets = join(root, 'run/keelson');
  rmSync(sockets, { recursive: true });
  const silent = await at('status');
  t.match(silent, { code: 0, out: /note {2}the agent \(process \d+\) does not answer; it wrote this/u });
  t.match(JSON.parse((await at('status', '-o', 'json')).out), { agentRunning: true, agentAnswers: false });
  t.match(await at('events'), { code: 0, err: /the agent \(process \d+\) does not answer; this is its log/u });
  agent.process.kill('SIGHUP');
  await agent.says(/listening-anew/u);
  t.match(JSON.parse((await at('status', '-o', 'json')).out), { agentRunning: true, agentAnswers: true });
  const before = statSync(join(sockets, 'control.sock')).ino;
  rmSync(join(sockets, 'agent.sock'));
  agent.process.kill('SIGHUP');
  // The log tells a repeat only later.
  while (!existsSync(join(sockets, 'agent.sock'))) await new Promise((resolve) => setTimeout(resolve, 10));
  t.match(await at('hold', '--all', '--for', '1h', '--reason', 'test'), { code: 0 });
  t.not(statSync(join(sockets, 'control.sock')).ino, before, 'both are made anew');
  const { code } = await agent.stop('SIGTERM');
  t.equal(code, 0);
  t.strictSame(readdirSync(sockets), []);
  t.match(await at('status'), { out: /the agent is not running/u });
});

t.test('an agent whose state folder was moved away leaves the node to the next one', async (t) => {
  const { root, at } = await signedRoot(t);
  const first = started(t, '--root', root, 'agent');
  await first.says(/"event":"ready"/u);
  renameSync(join(root, 'var/lib/keelson'), join(root, 'moved'));
  const second = started(t, '--root', root, 'agent');
  await second.says(/"event":"ready"/u);
  const inode = (): number => statSync(join(root, 'run/keelson/control.sock')).ino;
  const before = inode();
  first.process.kill('SIGHUP');
  await first.says(/KSN-APPLY-025[^]*"event":"reloaded"|"event":"reloaded"[^]*KSN-APPLY-025/u);
  t.equal((await first.stop('SIGTERM')).code, 0);
  t.equal(inode(), before, 'neither a reload nor an end takes the sockets');
  t.match(await at('status'), { code: 0, out: /WAITING/u });
  t.match(JSON.parse((await at('status', '-o', 'json')).out), { agentAnswers: true });
});

t.test('killed at any time, it goes on where it was', async (t) => {
  const { root, publish, at } = await signedRoot(t);
  await publish(1, 'ops-1');
  const first = started(t, '--root', root, 'agent');
  await first.says(/"event":"ready"/u);
  await first.stop('SIGKILL');
  const second = started(t, '--root', root, 'agent');
  await second.says(/"event":"ready"/u);
  const following = started(t, '--root', root, 'events', '--follow', '--after', '0');
  await following.says(/VerdictGood/u);
  t.match(await at('status'), { code: 0, out: /OK {2}running lb\/1/u });
  t.equal((await second.stop()).code, 0);
  const said = async () => JSON.parse((await at('status', '-o', 'json')).out) as { verdict: string; since: number };
  const { since } = await said();
  const third = started(t, '--root', root, 'agent');
  await third.says(/"event":"ready"/u);
  while ((await said()).verdict !== 'OK');
  t.match(await said(), { verdict: 'OK', since }, 'nothing began anew');
  t.equal((await third.stop()).code, 0);
});

t.test('doctor names what is lacking, with the next step', async (t) => {
  const root = t.testdir();
  const bare = await keelson('--root', root, 'doctor');
  t.equal(bare.code, 1);
  t.match(bare.out, /LACKING +trust roots.*\n +Next: keelson keygen/u);
  const data = JSON.parse((await keelson('--root', root, 'doctor', '-o', 'json')).out) as { what: string }[];
  t.ok(data.some(({ what }) => what === 'configuration'));
});

t.test('an agent that cannot start says so at login, until it can', async (t) => {
  const { root, at } = await signedRoot(t);
  const config = join(root, 'etc/keelson/config.d/10.yaml');
  const motd = join(root, 'run/motd.d/10-keelson');
  mkdirSync(join(root, 'run'));
  writeFileSync(config, 'nod: 1\n');
  t.match(await at('agent'), { code: 1, err: /KSN-CFG-005/u });
  t.match(
    readFileSync(motd, 'utf8'),
    /^keelson: NOT RUNNING, at .*Z; nothing here is put right\.\n {2}there is no setting 'nod' \(KSN-CFG-001\)\.\n {2}Correct .*keelson explain KSN-CFG-001\n$/u,
  );
  writeFileSync(config, 'mode: { node: observe }\n');
  const agent = started(t, '--root', root, 'agent');
  await agent.says(/"event":"ready"/u);
  for (let tries = 0; tries < 100 && existsSync(motd); tries += 1) await sleep(50);
  t.notOk(existsSync(motd));

  writeFileSync(config, 'nod: 1\n');
  t.match(await at('agent'), { code: 1 });
  t.notOk(existsSync(motd), 'one that is started by hand does not speak for the one that runs');
  t.match(await agent.stop('SIGTERM'), { code: 0 });
  const stopped = readFileSync(motd, 'utf8');
  t.match(stopped, /^keelson: STOPPED/u);
  t.ok(stopped.endsWith(`\n  keelson --root ${root} agent\n`), stopped);
});
