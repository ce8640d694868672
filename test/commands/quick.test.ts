import t from 'tap';
import { quickCommand } from '../../agent/commands/quick.ts';

t.test('plain forms of the daemon and the version need no command-line library', async (t) => {
  t.strictSame(quickCommand(['agent'])?.globals, { root: '/' });
  t.strictSame(quickCommand(['--root', '/x', 'agent', '--config', 'c.yaml'])?.globals, {
    root: '/x',
    config: 'c.yaml',
  });
  t.ok(quickCommand(['version']));
});

t.test('everything else goes the ordinary way', async (t) => {
  for (const argv of [
    [],
    ['status'],
    ['agent', '--help'],
    ['agent', 'x'],
    ['version', '--all'],
    ['--root'],
    ['--root', '', 'agent'],
  ]) {
    t.equal(quickCommand(argv), null, argv.join(' '));
  }
});
