import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { install } from './systemd/install.ts';
import { lacksMachine, Machine } from './systemd/machine.ts';

const SPEC = 'etc/keelson/specs.d/edge-node.yaml';

/** Two services; the drop-in of one of them says how it runs. */
function prepare(root: string): void {
  install(root);
  const service = '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n';
  for (const name of ['told', 'bystander']) {
    writeFileSync(join(root, `etc/systemd/system/${name}.service`), service);
    mkdirSync(join(root, 'etc/systemd/system/multi-user.target.wants'), { recursive: true });
  }
  writeFileSync(join(root, SPEC), spec(1, 'Environment=NUMBER=1'));
}

function spec(generation: number, line: string, gates = '[{ unitActive: told.service, for: 1s }]'): string {
  return JSON.stringify({
    apiVersion: 'keelson.dev/v1',
    kind: 'NodeSpec',
    metadata: { series: 'lb', generation },
    spec: {
      health: { stableFor: '1s', deadline: '10s' },
      files: {
        '/etc/systemd/system/told.service.d/10-keelson.conf': {
          content: { inline: `[Service]\n${line}\n` },
          onChange: { 'unit:told.service': 'restart' },
          gates: 'GATES',
        },
      },
    },
  }).replace('"GATES"', gates.replaceAll(/([a-zA-Z]+):/gu, '"$1":').replaceAll(/: ([a-z0-9.]+)/gu, ': "$1"'));
}

t.test('effects on the units of a real systemd', { skip: lacksMachine(), timeout: 300_000 }, async (t) => {
  await using machine = await Machine.boot(prepare);
  const status = (): string => machine.show('keelson.service', 'StatusText');
  const pid = (unit: string): string => machine.show(unit, 'MainPID');
  const push = (text: string): void => {
    rmSync(join(machine.root, SPEC), { force: true });
    writeFileSync(join(machine.root, SPEC), text);
  };
  const environment = (): string => readFileSync(machine.through(`/proc/${pid('told.service')}/environ`), 'utf8');
  machine.run('systemctl', 'start', 'told.service', 'bystander.service');
  const bystander = pid('bystander.service');

  await t.test('a drop-in restarts its unit, after its files were read anew, and no other', async (t) => {
    const before = pid('told.service');
    t.equal(machine.run('systemctl', 'start', 'keelson.service').status, 0);
    await machine.until('it is good', () => status().startsWith('OK, running lb/1'));
    t.not(pid('told.service'), before);
    t.match(environment(), 'NUMBER=1');
    t.equal(pid('bystander.service'), bystander);
    t.match(machine.run('keelson', 'events', '-n', '50').out, /EffectRun +restart unit:told[.]service/u);
  });

  await t.test('one that breaks it is rolled back, and the unit is up again', async (t) => {
    push(spec(2, 'ExecStartPre=/bin/false'));
    await machine.until('it is rolled back', () => status().startsWith('ROLLED BACK'));
    t.equal(machine.show('told.service', 'ActiveState'), 'active');
    t.match(environment(), 'NUMBER=1');
    t.match(machine.run('keelson', 'status').out, /restart unit:told[.]service failed/u);
    t.equal(pid('bystander.service'), bystander);
  });

  await t.test('one with which it dies soon is found by its gate, and the unit is up again', async (t) => {
    push(spec(3, 'ExecStart=\nExecStart=/bin/sh -c "sleep 0.5; exit 1"'));
    await machine.until('the newer one is rolled back', () => machine.run('keelson', 'status').out.includes('lb/3 '));
    await machine.until('it is rolled back', () => status().startsWith('ROLLED BACK'));
    t.equal(machine.show('told.service', 'ActiveState'), 'active');
    t.match(machine.run('keelson', 'status').out, 'told.service');
  });

  await t.test('a unit that is stopped is left alone', async (t) => {
    machine.run('systemctl', 'stop', 'told.service');
    push(spec(4, 'Environment=NUMBER=4', '[]'));
    await machine.until('it is good', () => status().startsWith('OK, running lb/4'));
    t.equal(machine.show('told.service', 'ActiveState'), 'inactive');
    t.match(machine.run('keelson', 'events', '-n', '50').out, /EffectSkipped +.*is left alone/u);
    t.equal(machine.show('told.service', 'NeedDaemonReload'), 'no');
  });
});
