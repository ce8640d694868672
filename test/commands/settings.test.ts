/** Where the settings put the agent's own folders, no spec puts anything. */
import t from 'tap';
import { agentSettingsOf, foldersOf } from '../../agent/commands/settings.ts';
import { loadConfig } from '../../agent/config/load.ts';
import { pathRefusal } from '../../agent/verify/local-policy.ts';
import { memoryRoot } from '../support/roots.ts';
import { plant } from '../support/tree.ts';

async function refusals(yaml: string, paths: readonly string[], before?: string): Promise<readonly boolean[]> {
  const settingsOf = async (text: string) => {
    await using root = await memoryRoot();
    await plant(root.fs, { '/etc/keelson/config.d/10.yaml': { file: `node: { name: lb-a }\n${text}` } });
    return (await loadConfig({ files: root.fs })).settings;
  };
  await using root = await memoryRoot();
  const inUse = before === undefined ? [] : [foldersOf(await settingsOf(before))];
  const { policy } = (await agentSettingsOf(await settingsOf(yaml), root.fs, ...inUse)).verifier;
  return paths.map((path) => pathRefusal(path, policy) !== null);
}

t.test('moved folders of the agent are kept from specs', async (t) => {
  const moved = 'paths: { state: /srv/keelson, runtime: /srv/run }\nsources: { folder: /srv/specs }';
  const own = ['/srv/keelson', '/srv/keelson/journal', '/srv/run/control.sock', '/srv/specs/lb.json', '/srv'];
  t.strictSame(await refusals(moved, own), [true, true, true, true, true]);
  t.strictSame(await refusals(moved, ['/srv/keelsonx', '/srv/data', '/etc/x']), [false, false, false]);
  t.strictSame(await refusals('', own.slice(0, 4)), [false, false, false, false]);
  t.strictSame(await refusals('', own.slice(0, 4), moved), [true, true, true, true], 'a reload opens none in use');
});

t.test('the folder for certificates stays open, unless the state lies in it', async (t) => {
  const paths = ['/var/lib/keelson/certs/x.pem', '/var/lib/keelson/journal'];
  t.strictSame(await refusals('', paths), [false, true]);
  t.strictSame(await refusals('paths: { state: /srv/keelson }', paths), [false, true]);
  t.strictSame(await refusals('paths: { state: /var/lib/keelson/certs }', paths), [true, true]);
});

t.test('the name of the node is its label, wherever the name is from', async (t) => {
  await using root = await memoryRoot();
  await plant(root.fs, { '/etc/hostname': { file: 'lb-b\n' } });
  const { settings } = await loadConfig({ files: root.fs });
  t.strictSame((await agentSettingsOf(settings, root.fs)).verifier.labels, { node: 'lb-b' });
  const named = { ...settings, node: { name: 'lb-a', labels: { role: 'lb' } } };
  t.strictSame((await agentSettingsOf(named, root.fs)).verifier.labels, { role: 'lb', node: 'lb-a' });
});
