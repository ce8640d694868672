/**
 * Rule 14 with the real program: what it writes to its log, at its most talkative, and what its commands show, while
 * files, checks, gates, effects, specs and its own environment are full of weak secrets.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseTarGzip } from 'nanotar';
import t from 'tap';
import { journalEntry } from '../../agent/report/event-journal.ts';
import type { EventRecord } from '../../agent/report/events.ts';
import { READ_SOCKET } from '../../agent/control/protocol.ts';
import { SocketFolder } from '../../agent/control/socket-folder.ts';
import { get, open, type Answer } from '../debug/served.ts';
import { tracesIn, tracesOf } from '../support/secret-traces.ts';
import { keelson, Program } from './program.ts';

const SECRETS = {
  file: 'hunter2-file',
  edited: 'monkey-edited',
  planned: 'letmein-planned',
  pod: 'qwerty-pod',
  checked: 'dragon-checked',
  gated: 'shadow-gated',
  told: 'trustno1-told',
  argued: 'sunshine-argued',
  broken: 'passw0rd-broken',
  trust: '123456-trust',
  environment: 'abc123-environment',
} as const;
const texts = Object.values(SECRETS);
const traces = tracesOf(texts.flatMap((text) => [text, `${text}\n`]));
/** Prints a secret and everything that it finds in its environment. */
const saying = (more: string): readonly string[] => ['/bin/sh', '-c', `cat "$1"; cat "$1" >&2; env; ${more}`, 'test'];

/** Every route of the endpoint, and a failure; a stream for as long as it says something. */
async function askEndpoint(root: string): Promise<readonly Answer[]> {
  using folder = new SocketFolder(join(root, 'run/keelson'));
  const place = { socketPath: folder.address(READ_SOCKET) };
  const { paths } = JSON.parse((await get(place, '/openapi.json')).body) as { readonly paths: object };
  const asked = [...Object.keys(paths).filter((path) => path !== '/debug/cpu'), '/debug/cpu?seconds=1', '/?plan=now'];
  const answers = await Promise.all([...asked, '/?show=all&events=more'].map((path) => get(place, path)));
  const stream = await open(place, '/v1/events?after=0', { accept: 'text/event-stream' });
  let streamed = '';
  stream.on('data', (chunk: Buffer) => {
    streamed += chunk.toString();
  });
  await sleep(500);
  stream.destroy();
  return [...answers, { status: 200, headers: {}, body: streamed }];
}

t.test(
  'proof 8: neither the log of the daemon nor what its commands show has a secret or a digest of one',
  async (t) => {
    const root = t.testdir({ 'gate-says': `${SECRETS.gated}\n`, 'effect-says': `${SECRETS.told}\n`, run: {} });
    for (const folder of ['specs.d', 'config.d']) mkdirSync(join(root, 'etc/keelson', folder), { recursive: true });
    writeFileSync(
      join(root, 'etc/keelson/config.d/50.yaml'),
      'log: { level: debug }\ntrust: { allowUnsigned: [s] }\ndrift: { settle: 1s }\ndebug: { profiling: true }\n',
    );
    const secret = (text: string, more: object = {}) => ({ mode: '0600', content: { inline: `${text}\n` }, ...more });
    /** Its effect fails where the content is bad. */
    const onChange = {
      'command:tell': {
        exec: [...saying('! grep -q bad "$2"'), join(root, 'effect-says'), join(root, 'etc/told'), SECRETS.argued],
      },
    };
    const spec = (generation: number, files: object = {}) =>
      JSON.stringify({
        apiVersion: 'keelson.dev/v1',
        kind: 'NodeSpec',
        metadata: { series: 's', generation },
        spec: {
          health: { stableFor: '1s', deadline: '2s' },
          files: {
            '/etc/secret': secret(SECRETS.file),
            '/etc/told': { content: { inline: 'good\n' }, onChange },
            ...files,
          },
          staticPods: {
            app: {
              pod: { spec: { containers: [{ name: 'a', image: 'a:1', env: [{ name: 'P', value: SECRETS.pod }] }] } },
            },
          },
        },
      });
    /** Renamed to its name it is taken at once. */
    const publish = (name: string, text: string): void => {
      writeFileSync(join(root, name), text);
      renameSync(join(root, name), join(root, 'etc/keelson/specs.d', name));
    };

    publish('s.json', spec(1));
    const agent = new Program(['--root', root, 'agent'], '', { env: { VAULT_TOKEN: SECRETS.environment } });
    t.teardown(() => agent.stop('SIGKILL'));
    await agent.says(/"event":"ready"/u);
    const events = new Program(['--root', root, 'events', '--follow', '--after', '0', '-o', 'json']);
    t.teardown(() => events.stop('SIGKILL'));
    await events.says(/"VerdictGood"/u);
    const said: string[] = [];
    const notice = join(root, 'run/motd.d/10-keelson');
    let archives = 0;
    const diagnosed = async (): Promise<readonly string[]> => {
      const file = join(root, `diagnostics-${(archives += 1)}.tar.gz`);
      const { code, out, err } = await keelson('--root', root, 'diagnostics', '-o', file);
      t.equal(code, 0, err);
      const members = await parseTarGzip(readFileSync(file));
      return [out, err, ...members.flatMap(({ name, text }) => [name, text])];
    };
    const look = async (): Promise<void> => {
      const other = join(root, 'other.json');
      writeFileSync(
        other,
        spec(90, { '/etc/secret': secret(SECRETS.planned), '/etc/told': { content: { inline: 'new\n' }, onChange } }),
      );
      const commands = [
        ['status', '-o', 'json'],
        ['plan'],
        ['plan', '-o', 'json'],
        ['plan', other, '-o', 'json'],
        ['diff', other],
      ];
      const ended = await Promise.all(commands.map((words) => keelson('--root', root, ...words)));
      said.push(...ended.flatMap(({ out, err }) => [out, err]));
      said.push(...(await diagnosed()));
      if (existsSync(notice)) said.push(readFileSync(notice, 'utf8'));
      for (const { status, body } of await askEndpoint(root)) {
        t.ok(status === 200 || status === 503, `it answered ${status}`);
        said.push(body);
      }
    };

    writeFileSync(join(root, 'etc/secret'), `${SECRETS.edited}\n`);
    await look();
    await events.says(/"DriftRepaired"/u);
    const check = { exec: [...saying('exit 1'), '{staged}'] };
    publish('s.json', spec(2, { '/etc/secret': secret(SECRETS.checked, { check }) }));
    await events.says(/"RolledBack".*its check \/bin\/sh said no/u);
    const gates = [{ exec: [...saying('exit 1'), join(root, 'gate-says'), SECRETS.argued] }];
    publish('s.json', spec(3, { '/etc/new': secret(SECRETS.file, { gates }) }));
    await events.says(/"RolledBack".*exec \/bin\/sh ended with exit 1/u);
    const asked = [{ http: `http://127.0.0.1:1/up?key=${SECRETS.argued}`, timeout: '1s' }];
    publish('s.json', spec(4, { '/etc/new': secret(SECRETS.file, { gates: asked }) }));
    await events.says(/"RolledBack".*http http:\/\/127\.0\.0\.1:1\/up refused/u);
    publish('s.json', spec(5, { '/etc/told': { content: { inline: 'bad\n' }, onChange } }));
    await events.says(/"RolledBack".*command:tell failed/u);
    publish('broken.yaml', `spec: { files: { /etc/x: { content: ${SECRETS.broken}, mode: "${SECRETS.broken}" }\n`);
    publish(
      'wrong.json',
      spec(6, { '/etc/x': { content: SECRETS.broken }, '/etc/y': { content: { inlin: SECRETS.broken } } }),
    );
    await events.says(/"SpecRefused".*broken\.yaml/u);
    await events.says(/"SpecRefused".*wrong\.json/u);
    mkdirSync(join(root, 'etc/keelson/trust.d'));
    writeFileSync(join(root, 'etc/keelson/trust.d/mistaken.yaml'), `key: ${SECRETS.trust}\n`);
    agent.process.kill('SIGHUP');
    await agent.says(/"event":"trust"/u);
    await look();

    for (let tries = 0; tries < 100 && !existsSync(notice); tries += 1) await sleep(50);
    said.push(readFileSync(notice, 'utf8'));
    t.match(said.at(-1), /^keelson: s\/5 ROLLED BACK/u, 'what a login shows is looked at too');
    const { out, err } = await agent.stop('SIGTERM');
    await events.stop('SIGTERM');
    const withoutAgent = await diagnosed();
    t.match(withoutAgent.join('\n'), /"RolledBack"/u, 'the events are read from the disk');
    said.push(...withoutAgent);
    t.equal(readFileSync(join(root, 'etc/secret'), 'utf8'), `${SECRETS.file}\n`);
    t.notOk(existsSync(join(root, 'etc/new')));
    t.match(out, /"event":"reloaded"/u);
    const journal = events.out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Buffer.from(journalEntry(JSON.parse(line) as EventRecord)).toString());
    t.ok(journal.length > 10);
    t.same(tracesIn([out, err, events.out, ...journal, ...said].join('\n'), traces), []);
  },
);
