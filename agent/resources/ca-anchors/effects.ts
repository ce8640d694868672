/** The trust store made of the anchors, by the tool of the system. */
import { bug } from '../../base/errors.ts';
import { effectError } from '../effect-errors.ts';
import type { EffectSupport } from '../kind.ts';
import { EffectSkipped } from '../process-effects.ts';
import { COMMANDS, type Tool } from './layout.ts';

export const trustEffects: EffectSupport = {
  prefixes: ['trust'],
  async run({ target, id }, host, signal) {
    const tool = target.slice('trust:'.length);
    if (!isTool(tool)) throw bug(`no tool makes ${target}`);
    // It knows no other root than that of the machine around us.
    if (host.fs.physical('/') !== '/') throw new EffectSkipped(`${tool}: this root is a sandbox`);
    const { timeoutMs } = COMMANDS[tool];
    const result = await host.run(COMMANDS[tool], signal, { KEELSON_EFFECT_ID: id });
    if (result.exitCode === 0) return;
    if (result.startError !== undefined)
      throw effectError('KSN-EFFECT-003', `${tool} cannot be started (${result.startError})`, { element: target });
    const how = result.timedOut
      ? `not done within ${timeoutMs / 1000} s`
      : result.exitCode === null
        ? `killed by ${result.signal}`
        : `exit ${result.exitCode}`;
    throw effectError('KSN-EFFECT-004', `${tool}: ${how}; its output is not shown, run it by hand`, {
      element: target,
    });
  },
};

function isTool(name: string): name is Tool {
  return Object.hasOwn(COMMANDS, name);
}
