import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTarGzip } from 'nanotar';
import t from 'tap';
import { EVENT_KINDS } from '../../agent/report/event-kinds.ts';
import { install } from './systemd/install.ts';
import { lacksMachine, Machine } from './systemd/machine.ts';

const unit = 'keelson.service';
const config = 'etc/haproxy/haproxy.cfg';

t.test('the unit file under a real systemd', { skip: lacksMachine(), timeout: 300_000 }, async (t) => {
  await using machine = await Machine.boot(install);
  const file = (path: string): string => readFileSync(join(machine.root, path), 'utf8');
  const status = (): string => machine.show(unit, 'StatusText');
  const restarts = (): number => Number(machine.show(unit, 'NRestarts'));
  // agetty wants a terminal; what it prints there ends its lines as terminals do.
  const issue = (): string =>
    machine.run('script', '-qec', 'agetty --show-issue', '/dev/null').out.replaceAll('\r\n', '\n');
  const runs = (): boolean => machine.run('systemctl', 'is-active', unit).out.trim() === 'active';

  await t.test('is a valid unit, enabled by its preset, and tight', async (t) => {
    t.strictSame(machine.run('systemd-analyze', 'verify', unit), { status: 0, out: '' });
    t.equal(machine.run('systemctl', 'preset', unit).status, 0);
    t.equal(machine.run('systemctl', 'is-enabled', unit).out.trim(), 'enabled');
    const { status: code, out } = machine.run('systemd-analyze', 'security', '--threshold=36', '--no-pager', unit);
    t.equal(code, 0, out.slice(-200));
  });

  await t.test('READY is reached, and the example is applied on the real root', async (t) => {
    machine.run('systemctl', 'log-level', 'debug');
    const { status: code, out } = machine.run('systemctl', 'start', unit);
    t.equal(code, 0, out);
    t.ok(runs());
    await machine.until('the example is good', () => status().startsWith('OK, running lb/1'));
    t.match(file(config), 'bind :6443');
    t.equal(statSync(join(machine.root, 'etc/haproxy/certs')).mode & 0o777, 0o700);
  });

  await t.test('its sockets are for root, and for the group to read', async (t) => {
    const owner = (name: string): string => machine.run('stat', '-c', '%a %U %G', `/run/keelson/${name}`).out.trim();
    t.equal(owner('agent.sock'), '660 root keelson');
    t.equal(owner('control.sock'), '600 root root');
    t.match(machine.run('keelson', 'status'), { status: 0, out: /OK {2}running lb\/1/u });
    t.match(machine.run('keelson', 'hold', '--all', '--for', '1m', '--reason', 'test'), { status: 0 });
    t.match(machine.run('keelson', 'release', '--all'), { status: 0 });
    t.match(machine.run('keelson', 'events', '-n', '4').out, /ControlRequest +hold asked for by uid 0, pid \d+/u);
  });

  await t.test('the page, metrics and profiles are served from within the sandbox, on a port too', async (t) => {
    const asking = `require('node:http').get({ host: '127.0.0.1', port: 9642, path: process.argv[1] }, (response) => {
      response.setEncoding('utf8').on('data', (text) => process.stdout.write(text));
    }).on('error', ({ code }) => console.log(code));`;
    const ask = (path: string): string => machine.run('/usr/lib/keelson/node', '-e', asking, path).out;
    t.match(ask('/healthz'), 'ECONNREFUSED');
    const setting = join(machine.root, 'etc/keelson/config.d/30-debug.yaml');
    writeFileSync(setting, 'debug: { listen: "127.0.0.1:9642", profiling: true }\n');
    t.equal(machine.run('systemctl', 'reload', unit).status, 0);
    await machine.until('the port is open', () => ask('/healthz').includes('"alive":true'));
    t.match(ask('/readyz'), '{"ready":true,"unmet":[]}');
    t.match(ask('/'), /<!doctype html>[^]*lb\/1/iu);
    t.match(ask('/metrics'), /^keelson_verdict\{verdict="ok"\} 1$/mu);
    t.match(ask('/metrics'), /^process_open_fds \d+$/mu);
    t.match(ask('/debug/cpu?seconds=1'), '"nodes"');
    t.match(ask('/debug/heap?seconds=1'), '"head"');
    rmSync(setting);
    t.equal(machine.run('systemctl', 'reload', unit).status, 0);
    await machine.until('the port is closed', () => ask('/healthz').includes('ECONNREFUSED'));
  });

  await t.test('a login and a console show what is wrong, and nothing when all is well', async (t) => {
    const motd = (): string => machine.run('cat', '/run/motd.d/10-keelson').out;
    await machine.until('what came before is over', () => motd().includes('No such file'));
    t.equal(machine.run('systemd-tmpfiles', '--create', 'keelson.conf').status, 0);
    t.notMatch(issue(), 'keelson');
    t.match(machine.run('keelson', 'hold', '--all', '--for', '1h', '--reason', 'disk \\d swap'), { status: 0 });
    await machine.until('the login shows it', () => motd().startsWith('keelson: HELD since'));
    t.match(motd(), 'disk \\d swap');
    const shown = issue();
    t.match(
      shown,
      /keelson: HELD since .*\n {2}everything by root until .*: "disk \?d swap"\n/u,
      'nothing in it is obeyed',
    );
    t.match(machine.run('keelson', 'release', '--all'), { status: 0 });
    await machine.until('both are gone', () => motd().includes('No such file'));
    t.notMatch(issue(), 'keelson');
  });

  await t.test('doctor finds nothing that the agent lacks here', async (t) => {
    t.equal(machine.run('systemctl', 'preset', 'keelson-guards.service').status, 0);
    const { status: code, out } = machine.run('keelson', 'doctor');
    t.equal(code, 0, out);
    t.match(out, /ok +systemd +is the init of this host, and starts the agent/u, out);
    t.match(out, /ok +open files +\d+ for the agent \(process \d+\)/u);
    t.match(out, /ok +notices +\/run\/motd\.d\/10-keelson, \/run\/issue\.d\/keelson\.issue/u);
    t.match(out, /(?:ok|limited) +clock +(?:synchronised|not synchronised|nobody here to ask)/u);
  });

  await t.test('a hand edit is repaired from within the sandbox of the unit', async () => {
    appendFileSync(join(machine.root, config), '# a hand\n');
    await machine.until('the edit is repaired', () => !file(config).includes('a hand'));
  });

  await t.test('the journal has events with fields to select by, and what they mean', async (t) => {
    const entries = (...fields: readonly string[]): readonly Record<string, unknown>[] =>
      machine
        .run('journalctl', '-o', 'json', '--no-pager', ...fields)
        .out.split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    await machine.until('the repair is there', () => entries('KEELSON_EVENT=DriftRepaired').length > 0);
    const [repaired] = entries(`MESSAGE_ID=${EVENT_KINDS.DriftRepaired.id}`);
    t.match(repaired, {
      PRIORITY: '5',
      SYSLOG_IDENTIFIER: 'keelson',
      KEELSON_EVENT: 'DriftRepaired',
      KEELSON_ADDRESS: `file:/${config}`,
      KEELSON_SEQ: /^\d+$/u,
      _SYSTEMD_UNIT: unit,
      _PID: machine.show(unit, 'MainPID'),
    });
    const [good] = entries('KEELSON_EVENT=VerdictGood');
    t.match(good, { KEELSON_SERIES: 'lb', KEELSON_GENERATION: '1', _SYSTEMD_UNIT: unit });
    t.match(entries('KEELSON_EVENT=ControlRequest')[0], { KEELSON_BY: 'root' });
    const seqs = entries('-t', 'keelson').map(({ KEELSON_SEQ }) => Number(KEELSON_SEQ));
    t.equal(new Set(seqs).size, seqs.length, 'each once');
    t.equal(machine.run('journalctl', '--update-catalog').status, 0);
    t.match(
      machine.run('journalctl', '-x', '--no-pager', `MESSAGE_ID=${EVENT_KINDS.DriftRepaired.id}`).out,
      /Subject: Keelson: DriftRepaired\n[^]*Next: Find who changes it[^]*as number \d+\./u,
    );
  });

  await t.test('diagnostics have the log, the units and the process', async (t) => {
    const { status: code, out } = machine.run('keelson', 'diagnostics', '-o', '/root/d.tar.gz');
    t.equal(code, 0, out);
    t.notMatch(out, /^ {2}without /mu, 'nothing is missing');
    const members = await parseTarGzip(readFileSync(join(machine.root, 'root/d.tar.gz')));
    const member = (name: string): string =>
      members.find((each) => each.name === `keelson-diagnostics/${name}`)?.text ?? '';
    t.match(member('log.txt'), 'lb/1 is good: every gate held');
    t.match(member('units.txt'), /^Id=keelson\.service$[^]*^ActiveState=active$/mu);
    t.match(member('process.txt'), /^VmRSS:\s+\d+ kB$[^]*^Max open files/mu);
    t.match(member('spec.json'), '"/etc/haproxy/haproxy.cfg"');
    t.match(member('journal.json'), '"t": "intent"');
  });

  await t.test('reload goes by RELOADING and READY', async (t) => {
    t.equal(machine.run('systemctl', 'reload', unit).status, 0);
    await machine.until('it said that it reloads', () => /RELOADING=1/u.test(machine.journal));
    await machine.until('it is ready again', runs);
    t.equal(restarts(), 0);
  });

  await t.test('an agent that hangs is restarted by the watchdog', async (t) => {
    await machine.until('it pings', () => /WATCHDOG=1/u.test(machine.journal));
    machine.run('systemctl', 'kill', '--kill-whom=main', '--signal=STOP', unit);
    await machine.until('it was restarted', () => restarts() === 1 && runs());
    t.match(machine.journal, /Watchdog timeout/u);
    await machine.until('the node is as desired', () => status().startsWith('OK'));
  });

  await t.test('killed, it is restarted and converges', async (t) => {
    appendFileSync(join(machine.root, config), '# while it dies\n');
    machine.run('systemctl', 'kill', '--kill-whom=main', '--signal=KILL', unit);
    await machine.until('it was restarted', () => restarts() === 2 && runs());
    await machine.until('the edit is repaired', () => !file(config).includes('while it dies'));
    await machine.until('the node is as desired', () => status().startsWith('OK'));
    t.match(machine.run('keelson', 'status').out, /OK {2}running lb\/1/u);
  });

  await t.test('stop is orderly', async (t) => {
    t.equal(machine.run('systemctl', 'stop', unit).status, 0);
    t.match(machine.journal, /STOPPING=1/u);
    t.equal(machine.show(unit, 'Result'), 'success');
    t.equal(machine.show(unit, 'ExecMainStatus'), '0');
    const { out } = machine.run('keelson', 'status');
    t.match(out, /the agent is not running; it wrote this/u, 'the status is read from the disk');
    t.match(issue(), /keelson: STOPPED at .*\n {2}It was OK.*\n {2}systemctl start keelson\n/u);
  });
});
