/**
 * What can be read of the shared fields of a resource, or of the gates of a head, that has faults: for telling at once
 * what else is against it, never for acting on it. Nothing here was let pass by a schema.
 */
import type { CommandSpec, GateSpec, OnChange, SharedFields } from './shared-types.ts';

type Map = Readonly<Record<string, unknown>>;

/** The files that gates ask for and the programs that they start; the others say nothing that is held against a spec. */
export function legibleGates(raw: unknown): readonly GateSpec[] {
  const gates: readonly unknown[] = Array.isArray(raw) ? raw : [];
  return gates.flatMap((gate): GateSpec[] => {
    if (!isMap(gate)) return [];
    const file = gate['file'];
    const command = commandIn(gate);
    if (typeof file === 'string' && isResolved(file)) return [{ type: 'file', boot: false, timeoutMs: 0, path: file }];
    return command === null ? [] : [{ type: 'exec', boot: false, timeoutMs: 0, command }];
  });
}

/** The same of a resource, with its check and what its changes owe to others. */
export function legibleFields(raw: unknown): Pick<SharedFields, 'gates' | 'check' | 'onChange'> {
  const { gates, check, onChange } = isMap(raw) ? raw : ({} as Map);
  const command = isMap(check) ? commandIn(check) : null;
  return {
    gates: legibleGates(gates),
    ...(command !== null && { check: command }),
    onChange: Object.entries(isMap(onChange) ? onChange : {}).flatMap(([name, reaction]): OnChange[] => {
      const target = name as OnChange['target'];
      if (reaction === 'restart') return [{ target, verb: reaction }];
      const run = isMap(reaction) ? commandIn(reaction) : null;
      return run === null ? [] : [{ target, verb: 'command', command: run }];
    }),
  };
}

function commandIn({ exec }: Map): CommandSpec | null {
  const argv: readonly unknown[] = Array.isArray(exec) ? exec : [];
  const [program] = argv;
  if (typeof program !== 'string' || !isResolved(program)) return null;
  return { argv: argv.filter((word) => typeof word === 'string'), timeoutMs: 0 };
}

/** A fact that is not there is told as such, and nobody knows what would have stood in its place. */
function isResolved(text: string): boolean {
  return !text.includes('${');
}

function isMap(value: unknown): value is Map {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
