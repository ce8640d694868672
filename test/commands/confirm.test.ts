import t from 'tap';
import { confirm } from '../../agent/commands/confirm.ts';
import { fakeInvocation } from './fake-invocation.ts';

t.test('Ctrl-C at the question is a no, and no fault', async (t) => {
  const stop = new AbortController();
  const person = fakeInvocation('/', { answers: [] });
  const asked = {
    ...person,
    signal: stop.signal,
    terminal: {
      ...person.terminal,
      ask: async () => {
        stop.abort(new Error('stopped by SIGINT'));
        throw new DOMException('The operation was aborted', 'AbortError');
      },
    },
  };
  t.equal(await confirm(asked, 'Apply it?', false), false);
  t.strictSame(person.printed, ['', 'Nothing was changed.']);
});

t.test('what else fails at the question is told', async (t) => {
  const person = fakeInvocation('/', { answers: [] });
  const ask = async (): Promise<string> => {
    throw new Error('EIO');
  };
  await t.rejects(confirm({ ...person, terminal: { ...person.terminal, ask } }, 'Apply it?', false), /EIO/u);
});
