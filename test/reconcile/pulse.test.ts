import t from 'tap';
import { scriptedNode, things } from '../support/scripted-node.ts';

t.test(
  'the pulse is of the writer: it stops with a change that never ends, and with nothing to do it beats',
  async (t) => {
    await using it = await scriptedNode();
    const { node, kind } = it;
    await node.accept(things(1, { a: '1' }));
    await node.clock.advance(3_600_000);
    t.equal(node.opened.pulse.beats(), true);
    const hanging = Promise.withResolvers<void>();
    kind.script('a').beforeApply = () => hanging.promise;
    await it.begin(things(2, { a: '2' }), 50_000);
    t.equal(node.opened.pulse.beats(), true);
    await node.clock.advance(20_000);
    t.equal(node.opened.pulse.beats(), false);
    hanging.resolve();
    await node.clock.advance(120_000);
    t.equal(node.opened.pulse.beats(), true);
  },
);
