import t from 'tap';
import { createProcessTable } from '../../agent/host/process-table.ts';
import {
  EffectSkipped,
  processEffects,
  type ProcessIdentity,
  type ProcessTable,
} from '../../agent/resources/process-effects.ts';
import type { CommandResult, Effect, Host, RunCommand } from '../../agent/resources/kind.ts';
import { memoryRoot } from '../support/roots.ts';
import { plant } from '../support/tree.ts';

const { signal } = new AbortController();

function table(
  processes: readonly ProcessIdentity[],
  answer: boolean | string = true,
): ProcessTable & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    all: async () => processes,
    byPid: async (pid) => processes.find((each) => each.pid === pid) ?? null,
    signal: async ({ pid }, name) => {
      if (typeof answer === 'string') throw Object.assign(new Error('refused'), { code: answer });
      if (answer) sent.push(`${name} ${pid}`);
      return answer;
    },
  };
}
const process = (pid: number, name: string, more: Partial<ProcessIdentity> = {}): ProcessIdentity => ({
  pid,
  parent: 1,
  name,
  argv0: name,
  startTime: '1',
  ...more,
});
const hup = (target: Effect['target']): Effect & { id: string } => ({
  target,
  verb: 'signal',
  signal: 'SIGHUP',
  id: 'k1/0',
});
const noHost = {} as Host;

t.test('process: the master of each family, by name or first word', async (t) => {
  const all = table([
    process(10, 'haproxy'),
    process(11, 'haproxy', { parent: 10 }),
    process(20, 'haproxy', { parent: 5 }),
    process(30, 'MainThread', { argv0: '/usr/sbin/haproxy' }),
    process(40, 'haproxy-wrapper'),
    process(50, 'sh', { argv0: 'haproxy ' }),
  ]);
  await processEffects(all).run(hup('process:haproxy'), noHost, signal);
  t.strictSame(all.sent, ['SIGHUP 10', 'SIGHUP 20', 'SIGHUP 30']);
});

t.test('a name longer than the kernel keeps is found by its command line', async (t) => {
  const all = table([process(10, 'a-very-long-pro', { argv0: '/usr/bin/a-very-long-program' })]);
  await processEffects(all).run(hup('process:a-very-long-program'), noHost, signal);
  t.strictSame(all.sent, ['SIGHUP 10']);
});

t.test('nobody there is no failure, being refused is one', async (t) => {
  await t.rejects(processEffects(table([])).run(hup('process:haproxy'), noHost, signal), EffectSkipped);
  await t.rejects(processEffects(table([process(9, 'x')], false)).run(hup('process:x'), noHost, signal), EffectSkipped);
  await t.rejects(processEffects(table([process(9, 'x')], 'EPERM')).run(hup('process:x'), noHost, signal), {
    code: 'KSN-EFFECT-001',
    message: 'SIGHUP to x (9): EPERM',
  });
});

t.test('pidfile: the process it names, if it lives', async (t) => {
  await using root = await memoryRoot();
  await plant(root.fs, {
    '/run/x.pid': { file: '42\n' },
    '/run/multi.pid': { file: '42\nmore words\n' },
    '/run/stale.pid': { file: '77' },
    '/run/empty.pid': { file: '' },
    '/run/words.pid': { file: '42x\n' },
    '/run/init.pid': { file: '1\n' },
  });
  const host = { fs: root.fs } as unknown as Host;
  const all = table([process(42, 'x'), process(1, 'systemd')]);
  const effects = processEffects(all);
  const run: typeof effects.run = (...args) => effects.run(...args);
  await run(hup('pidfile:/run/x.pid'), host, signal);
  await run(hup('pidfile:/run/multi.pid'), host, signal);
  t.strictSame(all.sent, ['SIGHUP 42', 'SIGHUP 42']);
  await t.rejects(run(hup('pidfile:/run/none.pid'), host, signal), EffectSkipped);
  await t.rejects(run(hup('pidfile:/run/stale.pid'), host, signal), EffectSkipped);
  for (const bad of ['empty', 'words', 'init'])
    await t.rejects(run(hup(`pidfile:/run/${bad}.pid`), host, signal), { code: 'KSN-EFFECT-002' });
});

t.test('command: once, with its id; failures say how', async (t) => {
  let result: Partial<CommandResult> = { exitCode: 0 };
  const ran: unknown[] = [];
  const run: RunCommand = async (spec, _, environment) => {
    ran.push([spec.argv, environment]);
    return { exitCode: null, signal: null, timedOut: false, outputTail: '', ...result };
  };
  const host = { run } as unknown as Host;
  const effects = processEffects(table([]));
  const effect: Effect & { id: string } = {
    target: 'command:reload it',
    verb: 'command',
    id: 'k1/0/x',
    command: { argv: ['nft', '-f', '/x'], timeoutMs: 3_000 },
  };
  await effects.run(effect, host, signal);
  t.strictSame(ran, [[['nft', '-f', '/x'], { KEELSON_EFFECT_ID: 'k1/0/x' }]]);
  result = { exitCode: 2, outputTail: 'a\nb\nc\nd' };
  await t.rejects(effects.run(effect, host, signal), {
    code: 'KSN-EFFECT-004',
    message: /^nft: exit 2; its output is not shown, run it by hand$/,
    element: 'command:reload it',
  });
  result = { timedOut: true, signal: 'SIGKILL' };
  await t.rejects(effects.run(effect, host, signal), {
    code: 'KSN-EFFECT-004',
    message: /^nft: not done within 3 s; /,
  });
  result = { startError: 'ENOENT' };
  await t.rejects(effects.run(effect, host, signal), { code: 'KSN-EFFECT-003' });
  const { command: _, ...without } = effect;
  await t.rejects(effects.run(without, host, signal), { code: 'KSN-BASE-001' });
});

t.test('pods are skipped by name, whatever the table says', async (t) => {
  const effects = processEffects(createProcessTable());
  const run = effects.run({ target: 'pod:haproxy', verb: 'reload', id: 'x' }, noHost, signal);
  await t.rejects(run, EffectSkipped);
  await t.rejects(run, { message: /kubelet/ });
});
