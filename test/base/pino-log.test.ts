import t from 'tap';
import { createLog } from '../../agent/base/pino-log.ts';
import { errorsOf, type Catalogue } from '../../agent/base/errors.ts';
import { silentLog, type LogLevel } from '../../agent/base/log.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const minute = 60_000;

function made(level: LogLevel = 'info', format: 'json' | 'journal' = 'json') {
  const clock = new VirtualClock(Date.UTC(2026, 0, 15));
  const raw: string[] = [];
  const log = createLog({ clock, level, format, destination: { write: (line: string) => void raw.push(line) } });
  const lines = () => raw.map((line) => JSON.parse(line.replace(/^<\d>/, '')) as Record<string, unknown>);
  return { clock, log, raw, lines };
}

t.test('a line has time, level, room, event and message', async (t) => {
  const { log, lines, raw } = made();
  log.room('sources').warn('folder-unreadable', 'cannot read the folder', { element: '/etc/x', tries: 3 });
  t.strictSame(lines(), [
    {
      level: 'warn',
      at: '2026-01-15T00:00:00.000Z',
      room: 'sources',
      event: 'folder-unreadable',
      element: '/etc/x',
      tries: 3,
      message: 'cannot read the folder',
    },
  ]);
  t.match(raw[0], /^\{.*\}\n$/);
  log[Symbol.dispose]();
});

t.test('levels below the asked one are silent', async (t) => {
  const { log, lines } = made('warn');
  log.info('a', 'a');
  log.debug('b', 'b');
  log.error('c', 'c');
  t.strictSame(
    lines().map(({ event }) => event),
    ['c'],
  );
  log[Symbol.dispose]();
});

t.test('the journal gets priorities', async (t) => {
  const { log, raw } = made('debug', 'journal');
  log.error('a', 'a');
  log.warn('b', 'b');
  log.info('c', 'c');
  log.debug('d', 'd');
  log.room('x').error('e', 'e');
  t.strictSame(
    raw.map((line) => line.slice(0, 4)),
    ['<3>{', '<4>{', '<6>{', '<7>{', '<3>{'],
  );
  log[Symbol.dispose]();
});

t.test('repeats collapse into one line with a count', async (t) => {
  const { log, lines, clock } = made();
  for (let i = 0; i < 30; i += 1) {
    log.warn('slow', `took ${i} s`);
    await clock.advance(1_000);
  }
  log.warn('slow', 'another element', { element: 'x' });
  log.room('other').warn('slow', 'another room');
  t.equal(lines().length, 3);
  await clock.advance(minute);
  t.match(lines()[3], { event: 'slow', message: 'took 29 s', repeated: 29 });
  await clock.advance(60 * minute);
  t.equal(lines().length, 4, 'and then silence');
  t.equal(clock.sleeping, 0);
  log.warn('slow', 'again');
  t.match(lines()[4], { message: 'again', repeated: undefined });
  log[Symbol.dispose]();
});

t.test('what repeats for ever is told at most ten times an hour, once in the long run', async (t) => {
  const { log, lines, clock } = made();
  const perHour: number[] = [];
  for (let hour = 0; hour < 6; hour += 1) {
    const before = lines().length;
    for (let i = 0; i < 360; i += 1) {
      log.error('broken', 'still');
      await clock.advance(10_000);
    }
    perHour.push(lines().length - before);
  }
  t.ok(
    perHour.every((count) => count <= 10),
    perHour.join(),
  );
  t.strictSame(perHour.slice(-3), [1, 1, 1]);
  log[Symbol.dispose]();
  t.equal(clock.sleeping, 0);
});

t.test('disposal tells what was held back, and ends its timer', async (t) => {
  const { log, lines, clock } = made();
  log.info('a', '1');
  log.info('a', '2');
  log[Symbol.dispose]();
  t.match(lines(), [{ message: '1' }, { message: '2', repeated: 1 }]);
  await clock.advance(0);
  t.equal(clock.sleeping, 0);
  log.info('a', '3');
  t.equal(lines().length, 3);
});

t.test('many kinds of trouble stay within bounds', async (t) => {
  const { log, lines, clock } = made();
  for (let i = 0; i < 2_000; i += 1) log.warn(`e${i}`, 'x');
  log.warn('e1999', 'y');
  t.equal(lines().length, 2_000);
  await clock.advance(2 * minute);
  t.equal(lines().length, 2_001);
  log[Symbol.dispose]();
});

t.test('secrets, causes and terminal tricks stay out', async (t) => {
  const { log, raw, lines } = made('debug');
  const planted = 'Planted-7f3a';
  const errors = {
    'KSN-X-001': { fault: 'caller', meaning: 'm', evidence: 'e', next: 'n' },
  } as const satisfies Catalogue;
  const error = errorsOf(errors)('KSN-X-001', 'refused', { cause: new Error(planted) });
  const foreign = Object.assign(new Error('connect failed'), {
    code: 'ECONNREFUSED',
    headers: { authorization: planted },
  });
  log.error('a', `TOKEN=${planted}\u001B[2J`, {
    password: planted,
    nested: { clientSecret: planted, deep: { er: { too: { deep: planted } } } },
    bytes: Buffer.from(planted),
    text: `https://ana:${planted}@host/`,
    list: [`--password ${planted}`],
    error,
    foreign,
    call: () => planted,
  });
  t.notMatch(raw.join(''), planted);
  t.notMatch(raw.join(''), Buffer.from(planted).toString('base64'));
  t.match(lines()[0], {
    message: 'TOKEN=[redacted]',
    error: { code: 'KSN-X-001', message: 'refused' },
    foreign: { code: 'ECONNREFUSED' },
    bytes: '[12 bytes]',
  });
  t.equal((lines()[0]?.['error'] as { stack?: string } | undefined)?.stack, undefined);
  log[Symbol.dispose]();
});

t.test('the silent log is silent', async (t) => {
  const written = [process.stdout, process.stderr].map((stream) => t.capture(stream, 'write'));
  silentLog.room('x').error('a', 'b');
  for (const calls of written) t.strictSame(calls(), []);
});
