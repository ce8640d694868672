import t from 'tap';
import type { CommandSpec } from '../../../agent/desired/shared-fields.ts';
import { MemoryHost } from '../../../hostfs/memory-host.ts';
import { EngineNode, verified } from '../../support/engine-node.ts';
import { FIRST_CA, SECOND_CA } from './authorities.ts';

const FOLDER = '/etc/pki/ca-trust/source/anchors';

t.test('the store is made once a wave, when anchors come, go, and go back', async (t) => {
  const ran: string[] = [];
  let failures = 0;
  const run = async ({ argv }: CommandSpec) => {
    ran.push(argv.join(' '));
    failures -= 1;
    return { exitCode: failures >= 0 ? 1 : 0, signal: null, timedOut: false, outputTail: '' };
  };
  await using node = await EngineNode.on(new MemoryHost(), { run });
  await node.start();
  const made = (): number => ran.splice(0).length;
  const first = { caAnchors: { [`${FOLDER}/a.pem`]: { pem: FIRST_CA }, [`${FOLDER}/b.pem`]: { pem: SECOND_CA } } };
  t.equal((await node.accept(verified(1, first))).verdict, 'OK');
  t.strictSame(ran.splice(0), ['update-ca-trust extract'], 'once for two');
  t.equal(await node.text(`${FOLDER}/a.pem`), FIRST_CA);

  t.equal((await node.accept(verified(2, { caAnchors: { [`${FOLDER}/a.pem`]: { pem: FIRST_CA } } }))).verdict, 'OK');
  t.equal(await node.text(`${FOLDER}/b.pem`), null);
  t.equal(made(), 1, 'for the one that left');

  failures = 1;
  const status = await node.accept(verified(3, { caAnchors: { [`${FOLDER}/a.pem`]: { pem: SECOND_CA } } }));
  t.equal(status.verdict, 'RolledBack', 'a tool that fails is evidence against the generation');
  t.match(status.reason, { message: /update-ca-trust/ });
  t.equal(await node.text(`${FOLDER}/a.pem`), FIRST_CA);
  t.ok(made() >= 2, 'and the store is made of what came back');
});
