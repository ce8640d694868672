import t from 'tap';
import { loadConfig } from '../../agent/config/load.ts';
import { ConfigError } from '../../agent/config/errors.ts';

const nothing = { list: async () => [], lstat: async () => null, read: async () => new Uint8Array() };
const load = (text: string) =>
  loadConfig({ files: nothing, folders: [], extra: { file: 'x.yaml', bytes: Buffer.from(text) } });

async function faults(text: string): Promise<readonly string[]> {
  try {
    await load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.findings.map(({ code, element }) => `${code} ${element}`);
    throw error;
  }
  return [];
}

t.test('where to listen: loopback by number, and nothing else', async (t) => {
  const listen = async (at: string) => (await load(`debug: { listen: ${JSON.stringify(at)} }`)).settings.debug.listen;
  t.strictSame(await listen('127.0.0.1:9642'), { host: '127.0.0.1', port: 9642 });
  t.strictSame(await listen('[::1]:65535'), { host: '::1', port: 65_535 });
  for (const at of [
    '0.0.0.0:9642',
    '[::]:9642',
    ':9642',
    '9642',
    '10.20.0.10:9642',
    '127.0.0.2:9642',
    'localhost:9642',
    'example.net:9642',
    '127.0.0.1',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '127.0.0.1:9642:1',
    ' 127.0.0.1:9642',
    '127.0.0.1:9642\n',
    '::1:9642',
    '[::ffff:10.0.0.1]:9642',
  ])
    t.strictSame(await faults(`debug: { listen: ${JSON.stringify(at)} }`), ['KSN-CFG-006 debug.listen'], at);
  for (const value of ['9642', 'true', '{ port: 9642 }', '[x]'])
    t.strictSame(await faults(`debug: { listen: ${value} }`), ['KSN-CFG-006 debug.listen'], value);
  t.equal((await load('debug: { listen: null }')).settings.debug.listen, null);
  t.equal((await load('{}')).settings.debug.profiling, false);
  t.strictSame(await faults('debug: { profiling: "yes" }'), ['KSN-CFG-006 debug.profiling']);
});

t.test('it is shown as it is written', async (t) => {
  const { effective } = await load('debug: { listen: "[::1]:9642", profiling: true }');
  const shown = new Map((await effective()).map(({ key, value }) => [key, value]));
  t.equal(shown.get('debug.listen'), '[::1]:9642');
  t.equal(shown.get('debug.profiling'), true);
});
