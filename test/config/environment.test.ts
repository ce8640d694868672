import t from 'tap';
import { isJournal, readEnvironment } from '../../agent/config/environment.ts';

t.test('nothing set', async (t) => {
  t.strictSame(readEnvironment({}, 7), {
    notifySocket: null,
    watchdogMs: null,
    invocationId: null,
    credentialsFolder: null,
    stateFolder: null,
    runtimeFolder: null,
    journalStream: null,
    ci: false,
    color: true,
  });
});

t.test('as systemd sets it', async (t) => {
  const environment = readEnvironment(
    {
      NOTIFY_SOCKET: '/run/systemd/notify',
      WATCHDOG_USEC: '30000000',
      WATCHDOG_PID: '7',
      INVOCATION_ID: 'abc',
      CREDENTIALS_DIRECTORY: '/run/credentials/keelson.service',
      STATE_DIRECTORY: '/var/lib/keelson:/var/lib/keelson-more',
      RUNTIME_DIRECTORY: '/run/keelson',
      JOURNAL_STREAM: '8:1234',
    },
    7,
  );
  t.match(environment, {
    notifySocket: '/run/systemd/notify',
    watchdogMs: 30_000,
    stateFolder: '/var/lib/keelson',
    runtimeFolder: '/run/keelson',
  });
  t.equal(isJournal(environment, { dev: 8, ino: 1234 }), true);
  t.equal(isJournal(environment, { dev: 8, ino: 1 }), false);
  t.equal(isJournal(readEnvironment({}), { dev: 8, ino: 1 }), false);
});

t.test("another's watchdog is not ours, and nonsense is none", async (t) => {
  t.equal(readEnvironment({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, 7).watchdogMs, null);
  t.equal(readEnvironment({ WATCHDOG_USEC: '30000000' }, 7).watchdogMs, 30_000);
  for (const usec of ['', '0', '-1', '1e9', 'x'])
    t.equal(readEnvironment({ WATCHDOG_USEC: usec }, 7).watchdogMs, null, usec);
});

t.test('people and terminals', async (t) => {
  t.match(readEnvironment({ SUDO_USER: 'ana', USER: 'root' }), { person: 'ana' });
  t.match(readEnvironment({ USER: 'ben', NO_COLOR: '1', CI: 'true' }), { person: 'ben', color: false, ci: true });
  t.match(readEnvironment({ NO_COLOR: '', TERM: 'dumb', CI: 'false' }), { color: false, ci: false });
});
