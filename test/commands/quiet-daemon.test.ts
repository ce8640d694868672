/** `keelson agent` on a node where nothing changes: at most ten lines in the journal an hour, log and events, whatever it looks at meanwhile. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createLog } from '../../agent/base/pino-log.ts';
import { liveAsAgent } from '../../agent/commands/daemon.ts';
import { openRootFolder } from '../../agent/commands/open-root.ts';
import { agentSettingsOf, foldersOf, readConfig } from '../../agent/commands/settings.ts';
import { composeAgent } from '../../agent/compose.ts';
import type { Agent } from '../../agent/composition.ts';
import { createNotifier } from '../../agent/host/notify.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { fakeInvocation } from './fake-invocation.ts';

const hour = 3_600_000;
const spec = `apiVersion: keelson.dev/v1
kind: NodeSpec
metadata: { series: lb, generation: 1 }
spec:
  files:
    /etc/app/a.conf: { content: { inline: "a\\n" } }
    /etc/app/b.conf: { content: { inline: "b\\n" } }
  directories: { /etc/app: { mode: '0755' } }
  links: { /etc/app/current: { target: a.conf } }
  staticPods: { web: { pod: { spec: { containers: [ { name: web, image: "example.org/web:1" } ] } } } }
`;

t.test('24 hours with one drift', async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'keelson-quiet-'));
  for (const folder of ['config.d', 'specs.d']) mkdirSync(join(path, 'etc/keelson', folder), { recursive: true });
  writeFileSync(join(path, 'etc/keelson/config.d/10.yaml'), 'trust: { allowUnsigned: [lb] }\n');
  writeFileSync(join(path, 'etc/keelson/specs.d/lb.yaml'), spec);
  const file = join(path, 'etc/app/a.conf');

  const clock = new VirtualClock();
  const ending = new AbortController();
  const lines: string[] = [];
  using log = createLog({
    clock,
    level: 'info',
    format: 'json',
    destination: { write: (line: string) => void lines.push(line) },
  });
  const root = await openRootFolder(path);
  await using fs = root.fs;
  const { settings } = await readConfig(fs, { root: path });
  const invocation = fakeInvocation(path);
  const started = Promise.withResolvers<Agent>();
  let pings = 0;
  const silent = createNotifier({
    socket: null,
    sendDatagram: null,
    run: async () => t.fail('nothing is run') as never,
  });
  const living = liveAsAgent(
    {
      ...invocation,
      clock,
      signal: ending.signal,
      environment: { ...invocation.environment, watchdogMs: 120_000 },
    },
    {
      compose: async (parts) => {
        const agent = await composeAgent(parts);
        started.resolve(agent);
        return agent;
      },
      root,
      folders: foldersOf(settings),
      settings: await agentSettingsOf(settings, fs),
      loadSettings: () => agentSettingsOf(settings, fs),
      log,
      toJournal: (entry) => lines.push(Buffer.from(entry).toString()) > 0,
      notifier: { ...silent, watchdog: async () => void (pings += 1) },
    },
  );
  living.catch(started.reject);
  const agent = await clock.runUntil(started.promise);
  await clock.advance(5 * 60_000);
  t.equal(agent.engine.status().verdict, 'OK');
  t.equal(readFileSync(file, 'utf8'), 'a\n');
  t.ok(lines.length > 0, 'a start says something');

  const anHour: number[] = [];
  for (let at = 0; at < 24; at += 1) {
    const before = lines.length;
    if (at === 7) writeFileSync(file, 'edited\n');
    await clock.advance(hour);
    anHour.push(lines.length - before);
  }
  t.equal(readFileSync(file, 'utf8'), 'a\n', 'it was repaired');
  t.ok(
    lines.some((line) => line.includes('KEELSON_EVENT=DriftRepaired\n')),
    'and the journal has it',
  );
  t.ok(pings > 24 * 30, 'it was alive all the time');
  t.equal(agent.engine.status().verdict, 'OK');
  t.ok(Math.max(...anHour) <= 10, `lines an hour: ${anHour.join(' ')}`);
  ending.abort(new Error('the test is over'));
  await clock.runUntil(living.catch(() => {}));
});
