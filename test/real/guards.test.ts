/** Rule 21 with the real systemd: a change is undone while the agent is gone, by a timer or at the next boot. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { example, install, OFF } from './systemd/install.ts';
import { lacksMachine, Machine } from './systemd/machine.ts';

const unit = 'keelson.service';
const boot = 'keelson-guards.service';

/** The example with another port, under a guard that asks for what nobody listens on. */
function guarded(generation: number, port: number, within: string): string {
  const path = '    /etc/haproxy/haproxy.cfg:\n';
  return readFileSync(example, 'utf8')
    .replace('generation: 1 ', `generation: ${generation} `)
    .replaceAll('bind :6443', `bind :${port}`)
    .replace(path, `${path}      guard: { reach: ["tcp:127.0.0.1:9"], within: ${within} }\n`);
}

t.test('guards under a real systemd', { skip: lacksMachine(), timeout: 300_000 }, async (t) => {
  await using machine = await Machine.boot(install);
  const at = (path: string): string => join(machine.root, path);
  const port = (): string => /bind :(\d+)/u.exec(readFileSync(at('etc/haproxy/haproxy.cfg'), 'utf8'))?.[1] ?? '';
  const status = (): string => machine.show(unit, 'StatusText');
  const state = (of: string): string => machine.show(of, 'ActiveState');
  const timers = (): string =>
    machine.run('systemctl', 'list-units', '--plain', '--no-legend', 'keelson-guard-*.timer').out;

  /** Up to the change, with its guard armed; from then on nothing starts the agent. */
  const changed = async (generation: number, to: number, within: string): Promise<void> => {
    writeFileSync(at(OFF), '');
    writeFileSync(at('etc/keelson/specs.d/edge-node.yaml'), guarded(generation, to, within));
    await machine.until('the change is made', () => port() === `${to}`);
  };
  const isRolledBack = async (t: Test, generation: number): Promise<void> => {
    rmSync(at(OFF));
    t.equal(machine.run('systemctl', 'start', unit).status, 0);
    await machine.until('the agent says so', () => status().startsWith('ROLLED BACK'));
    const { out } = machine.run('keelson', 'status');
    t.match(out, new RegExp(`lb/${generation}`, 'u'));
    t.match(out, /its guard fired/u);
    t.equal(port(), '6443');
    t.strictSame(readdirSync(at('var/lib/keelson/guards')), []);
  };

  await t.test('the unit of guards is valid, and enabled by the preset', async (t) => {
    t.strictSame(machine.run('systemd-analyze', 'verify', boot), { status: 0, out: '' });
    t.equal(machine.run('systemctl', 'preset', unit, boot).status, 0);
    t.equal(machine.run('systemctl', 'is-enabled', boot).out.trim(), 'enabled');
    t.equal(machine.run('systemctl', 'start', unit).status, 0);
    await machine.until('the example is good', () => status().startsWith('OK, running lb/1'));
  });

  await t.test('a timer puts the file back when the agent is gone', async (t) => {
    await changed(2, 7443, '3s');
    machine.run('systemctl', 'kill', '--kill-whom=all', '--signal=KILL', unit);
    t.match(timers(), /keelson-guard-\S+ +loaded active/u, 'it does not go with the agent');
    t.equal(port(), '7443', 'nor fires before its time');
    await machine.until('the file is back', () => port() === '6443');
    t.not(state(unit), 'active');
    await isRolledBack(t, 2);
  });

  await t.test('a guard whose timer went down with the machine is carried out at the next boot', async (t) => {
    await changed(3, 8443, '1h');
    await machine.powerCycle();
    t.equal(state(boot), 'active');
    t.equal(port(), '6443');
    t.equal(state(unit), 'inactive');
    t.equal(timers(), '');
    await isRolledBack(t, 3);
  });
});
