/** The adapter of the agent, spoken from here to the systemd of a machine. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { systemEntropy } from '../../../agent/base/entropy.ts';
import { systemClock } from '../../../agent/base/system-clock.ts';
import { SystemdUnits } from '../../../agent/host/systemd/systemd-units.ts';
import type { UnitBehaviour } from '../../support/unit-double.ts';
import type { Machine } from './machine.ts';

export function machineUnits(machine: Machine): SystemdUnits {
  return new SystemdUnits({
    socket: machine.through('/run/dbus/system_bus_socket'),
    clock: systemClock,
    entropy: systemEntropy,
    fs: {
      read: async (path) => readFileSync(machine.through(path)),
      remove: async (path) => rmSync(machine.through(path), { force: true }),
      ensureDirectory: async (path) => void mkdirSync(machine.through(path), { recursive: true }),
    },
    outputFolder: '/run/keelson/transient',
    monotonicUs: () => process.hrtime.bigint() / 1000n,
  });
}

/** A unit file that behaves so. */
export function putUnit(machine: Machine, name: string, { starts, reloads }: UnitBehaviour): void {
  const lines = [
    '[Service]',
    ...(starts === 'not' ? ['Type=notify', 'ExecStart=/bin/false'] : ['ExecStart=/bin/sleep infinity']),
    ...(starts === 'too slowly' ? ['ExecStartPre=/bin/sleep 60', 'TimeoutStartSec=1'] : []),
    ...(reloads === undefined ? [] : [`ExecReload=/bin/${reloads === 'well' ? 'true' : 'false'}`]),
    '[Install]',
    'WantedBy=multi-user.target',
  ];
  writeFileSync(machine.through(`/etc/systemd/system/${name}`), `${lines.join('\n')}\n`);
}
