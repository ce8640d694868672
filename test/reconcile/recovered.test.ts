/** What a start says of what it found in the middle: only what it completed itself counts as completed. */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { ScriptedKind } from '../support/scripted-kind.ts';
import { scriptedNode, things } from '../support/scripted-node.ts';

for (const thirds of [0, 1]) {
  t.test(thirds === 0 ? 'completed' : 'somebody else was quicker', async (t) => {
    const kind = new ScriptedKind();
    const it = await scriptedNode({}, undefined, kind);
    await it.node.accept(things(1, { a: '1' }));
    const never = new Promise<void>(() => {});
    kind.script('a').beforeApply = () => never;
    await it.begin(things(2, { a: '2' }), 1_000);
    await using after = await it.node.crash(losesNothing);
    kind.script('a').beforeApply = () => {};
    kind.script('a').thirds = thirds;
    await after.start();
    t.equal((await after.settled()).verdict, 'OK');
    const [message = ''] = after.events
      .filter(({ type, address }) => type === 'Recovered' && address === undefined)
      .map(({ message }) => message);
    t.match(message, thirds === 0 ? /0 had arrived, 1 completed now/ : /0 had arrived, 0 completed now/);
  });
}
