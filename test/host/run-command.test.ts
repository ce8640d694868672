import t from 'tap';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { systemClock } from '../../agent/base/system-clock.ts';
import { createRunCommand } from '../../agent/host/run-command.ts';

const run = createRunCommand({ clock: systemClock });
const { signal } = new AbortController();
const sh = (script: string, timeoutMs = 10_000) => ({ argv: ['/bin/sh', '-c', script], timeoutMs });
const alive = (pid: number) => {
  try {
    // A zombie still takes signals.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

t.test('exit code and both streams', async (t) => {
  const result = await run(sh('echo out; echo err >&2; exit 3'), signal);
  t.match(result, { exitCode: 3, signal: null, timedOut: false });
  t.match(result.outputTail, /out/);
  t.match(result.outputTail, /err/);
});

t.test('no shell, no inherited environment, no input', async (t) => {
  t.equal((await run({ argv: ['/bin/echo', '$HOME', ';', '*'], timeoutMs: 5_000 }, signal)).outputTail, '$HOME ; *');
  process.env['PLANTED'] = 'x';
  // tap itself adds long names of its own to every child's environment, so each is asked for alone.
  const valueOf = async (name: string): Promise<string> =>
    (await run({ argv: ['/usr/bin/printenv', name], timeoutMs: 5_000 }, signal, { KEELSON_EFFECT_ID: '7' })).outputTail;
  t.equal(await valueOf('LANG'), 'C.UTF-8');
  t.equal(await valueOf('KEELSON_EFFECT_ID'), '7');
  for (const name of ['PLANTED', 'HOME', 'USER', 'SHELL']) t.equal(await valueOf(name), '', name);
  t.match(await run({ argv: ['/bin/cat'], timeoutMs: 5_000 }, signal), { exitCode: 0, outputTail: '' });
});

t.test('what cannot start says why', async (t) => {
  t.match(await run({ argv: ['/no/such'], timeoutMs: 1_000 }, signal), { exitCode: null, startError: 'ENOENT' });
  t.match(await run({ argv: ['/etc'], timeoutMs: 1_000 }, signal), { exitCode: null, startError: 'EACCES' });
  t.match(await run({ argv: [], timeoutMs: 1_000 }, signal), { exitCode: null, startError: 'ENOENT' });
  t.match(await run({ argv: ['/bin/echo', 'a\0b'], timeoutMs: 1_000 }, signal), {
    startError: 'ERR_INVALID_ARG_VALUE',
  });
});

t.test('the deadline ends the whole group, the deaf included', async (t) => {
  const folder = mkdtempSync('/tmp/keelson-run-');
  const script = `trap '' TERM; (trap '' TERM; echo $$ > ${folder}/leader; sh -c 'echo $$ > ${folder}/child; exec sleep 60') & wait; sleep 60`;
  const before = performance.now();
  const result = await run(sh(script, 300), signal);
  t.match(result, { timedOut: true, exitCode: null, signal: 'SIGKILL' });
  t.ok(performance.now() - before < 8_000);
  for (const name of ['leader', 'child']) {
    const pid = Number(readFileSync(`${folder}/${name}`, 'utf8'));
    t.equal(alive(pid), false, name);
  }
});

t.test('a leader that ends on SIGTERM does not save its deaf children', async (t) => {
  const folder = mkdtempSync('/tmp/keelson-run-');
  const result = await run(
    sh(`(trap '' TERM; sh -c 'echo $$ > ${folder}/child; trap "" TERM; while :; do sleep 1; done') & sleep 60`, 300),
    signal,
  );
  t.match(result, { timedOut: true });
  await systemClock.sleep(50);
  t.equal(alive(Number(readFileSync(`${folder}/child`, 'utf8'))), false);
});

t.test('a process left in the background does not hold the answer', async (t) => {
  const before = performance.now();
  const result = await run(sh('echo started; sleep 30 & exit 0', 10_000), signal);
  t.match(result, { exitCode: 0, timedOut: false, outputTail: 'started' });
  t.ok(performance.now() - before < 5_000);
});

t.test('an abort ends the group and rejects with its reason', async (t) => {
  const folder = mkdtempSync('/tmp/keelson-run-');
  const controller = new AbortController();
  const result = run(sh(`echo $$ > ${folder}/pid; exec sleep 60`), controller.signal);
  while (!existsSync(`${folder}/pid`) || readFileSync(`${folder}/pid`, 'utf8') === '') await systemClock.sleep(10);
  controller.abort(new Error('stop'));
  await t.rejects(result, { message: 'stop' });
  t.equal(alive(Number(readFileSync(`${folder}/pid`, 'utf8'))), false);
  await t.rejects(run(sh('true'), controller.signal), { message: 'stop' });
});

t.test('of much output only the end is kept, from the beginning of a line', async (t) => {
  const { outputTail } = await run(sh('i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done'), signal);
  t.ok(Buffer.byteLength(outputTail) <= 4_100);
  t.match(outputTail, /^…line \d+\n/);
  t.match(outputTail, /line 19999$/);
});

t.test('secrets and escape sequences do not come through, also where the cut goes through them', async (t) => {
  const { outputTail } = await run(sh(`printf 'DB_PASSWORD=Planted\\033[2J\\n'`), signal);
  t.equal(outputTail, 'DB_PASSWORD=[redacted]');
  const body = `${'PlantedPlanted'.repeat(4)}\\n`.repeat(60);
  const key = await run(
    sh(
      `printf -- '-----BEGIN RSA PRIVATE KEY-----\\n${body}-----END RSA PRIVATE KEY-----\\n'; i=0; while [ $i -lt 40 ]; do echo "the line number $i of forty"; i=$((i+1)); done`,
    ),
    signal,
  );
  t.notMatch(key.outputTail, /Planted/);
});
