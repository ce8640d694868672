/** Ignition itself as the judge: what it writes of a config is what the audit calls the same, and nothing else is. */
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { ignitionAudit } from '../../agent/commands/ignition-audit.ts';
import { readConfig } from '../../agent/ignition/read-config.ts';
import { fakeInvocation } from '../commands/fake-invocation.ts';
import { keelson, started } from '../scenarios/program.ts';
import { ignitionApply, ignitionValidate, lacksIgnition } from './ignition/oracle.ts';

const skip = lacksIgnition();

function place(t: Test): { readonly root: string; readonly write: (config: object) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-ignition-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, 'root');
  mkdirSync(root);
  const config = join(folder, 'config.ign');
  return {
    root,
    write: (value) => {
      writeFileSync(config, JSON.stringify(value));
      return config;
    },
  };
}

interface Judged {
  readonly exit: number;
  readonly summary: Readonly<Record<string, number>>;
  /** What is not the same. */
  readonly items: readonly {
    readonly element: string;
    readonly verdict: string;
    readonly what?: readonly { readonly of: string }[];
  }[];
}

async function audited(root: string, config: string): Promise<Judged> {
  const invocation = fakeInvocation(root);
  const exit = await ignitionAudit(invocation, config, { output: 'json', all: false });
  const { summary, items } = JSON.parse(invocation.printed.join('\n')) as Omit<Judged, 'exit'>;
  return { exit, summary, items: items.filter(({ verdict }) => verdict !== 'same') };
}

const base64 = (bytes: Uint8Array): string => `data:;base64,${Buffer.from(bytes).toString('base64')}`;

/** More than a hundred parts, of every form that a folder can take. */
function largeConfig(): object {
  const numbers = Array.from({ length: 30 }, (_, at) => at);
  const child = {
    ignition: { version: '3.1.0' },
    storage: {
      files: [
        { path: '/etc/merged', mode: 0o600 },
        { path: '/etc/f/0', mode: 0o640 },
      ],
    },
  };
  return {
    ignition: { version: '3.5.0', config: { merge: [{ source: base64(Buffer.from(JSON.stringify(child))) }] } },
    storage: {
      directories: [
        ...numbers.map((at) => ({ path: `/srv/d/${at}`, mode: 0o700 + at })),
        { path: '/srv/usual' },
        { path: '/srv/owned', user: { id: 33 }, group: { id: 44 }, mode: 0o2750 },
      ],
      files: [
        ...numbers.map((at) => ({
          path: `/etc/f/${at}`,
          contents:
            at % 3 === 0
              ? { source: base64(gzipSync(`content ${at}\n`)), compression: 'gzip' }
              : { source: `data:,content%20${at}%0A` },
        })),
        { path: '/etc/grown', contents: { source: 'data:,a' }, append: [{ source: 'data:,b' }, { source: 'data:,c' }] },
        { path: '/etc/only-grown', append: [{ source: 'data:,b' }], mode: 0o4755 },
        { path: '/etc/merged', contents: { source: 'data:,merged' } },
        { path: '/etc/empty' },
      ],
      links: [
        ...numbers.map((at) => ({ path: `/srv/l/${at}`, target: `../../etc/f/${at}` })),
        { path: '/srv/hard', target: '/etc/f/1', hard: true },
      ],
    },
    systemd: {
      units: [
        ...numbers.slice(0, 8).map((at) => ({
          name: `u${at}.service`,
          enabled: true,
          contents: '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n',
          dropins: [{ name: '10-x.conf', contents: `[Unit]\nDescription=${at}\n` }],
        })),
        { name: 'masked.service', mask: true, contents: '[Service]\nExecStart=/bin/true\n' },
        { name: 'wanted.service', enabled: true },
      ],
    },
  };
}

t.test('what Ignition wrote of more than a hundred parts is the same', { skip, timeout: 120_000 }, async (t) => {
  const { root, write } = place(t);
  const config = write(largeConfig());
  t.equal(ignitionValidate(config).status, 0);
  const applied = ignitionApply(config, root);
  t.equal(applied.status, 0, applied.out.split('\n').slice(-3).join('\n'));
  const judged = await audited(root, config);
  t.strictSame(judged.items, []);
  t.ok((judged.summary['same'] ?? 0) >= 100, `${judged.summary['same']} parts`);
  t.equal(judged.exit, 0);

  const at = (path: string): string => join(root, path);
  const relink = (path: string, target: string): void => {
    unlinkSync(at(path));
    symlinkSync(target, at(path));
  };
  writeFileSync(at('/etc/f/3'), 'content 4\n');
  chmodSync(at('/etc/f/4'), 0o600);
  chownSync(at('/etc/f/5'), 7, 0);
  unlinkSync(at('/etc/f/6'));
  relink('/etc/f/7', '/etc/f/8');
  writeFileSync(at('/etc/grown'), 'abcd');
  writeFileSync(at('/etc/only-grown'), 'c');
  chmodSync(at('/srv/d/1'), 0o777);
  chownSync(at('/srv/owned'), 33, 45);
  chmodSync(at('/srv/owned'), 0o750);
  rmSync(at('/srv/d/2'), { recursive: true });
  relink('/srv/l/1', '../../etc/f/2');
  unlinkSync(at('/srv/hard'));
  linkSync(at('/etc/f/2'), at('/srv/hard'));
  const system = '/etc/systemd/system';
  writeFileSync(at(`${system}/u0.service`), '[Service]\n');
  unlinkSync(at(`${system}/u1.service.d/10-x.conf`));
  unlinkSync(at(`${system}/masked.service`));
  const presets = '/etc/systemd/system-preset/20-ignition.preset';
  writeFileSync(at(presets), 'enable u0.service\ndisable u1.service\n');
  const tampered = await audited(root, config);
  const said = tampered.items.map(
    ({ element, verdict, what }) => `${element} ${what?.map(({ of }) => of).join(' ') ?? verdict}`,
  );
  t.strictSame(said.toSorted(), [
    'directory:/srv/d/1 mode',
    'directory:/srv/d/2 missing',
    'directory:/srv/owned owner',
    'drop-in:u1.service/10-x.conf missing',
    ...[1, 2, 3, 4, 5, 6, 7].map((unit) => `enablement:u${unit}.service preset`),
    'enablement:wanted.service preset',
    'file:/etc/f/3 content',
    'file:/etc/f/4 mode',
    'file:/etc/f/5 owner',
    'file:/etc/f/6 missing',
    'file:/etc/f/7 type',
    'file:/etc/grown content',
    'file:/etc/only-grown content',
    'link:/srv/hard target',
    'link:/srv/l/1 target',
    'mask:masked.service presence',
    'unit:u0.service content',
  ]);
  t.equal(tampered.exit, 2);
});

/** What it refuses or takes, we do; unknown keys alone are warnings there and faults here. */
t.test('Ignition and we agree on what a config is', { skip }, (t) => {
  const { write } = place(t);
  const file = (more: object, version = '3.5.0') => ({
    ignition: { version },
    storage: { files: [{ path: '/x', ...more }] },
  });
  const configs: readonly object[] = [
    file({}),
    file({ path: 'x' }),
    file({ path: '/x/' }),
    file({ mode: 0o7777 }),
    file({ mode: 0o10000 }),
    file({ mode: -1 }),
    file({ mode: '0644' }),
    file({ user: { id: 1, name: 'a' } }),
    file({ contents: { source: 'data:;base64,aGk=' } }),
    file({ contents: { source: 'data:;base64,a' } }),
    file({ contents: { source: 'ftp://x/y' } }),
    file({ contents: { compression: 'xz' } }),
    file({ contents: { source: 'data:,', verification: { hash: 'sha256-00' } } }),
    file({ contents: { source: 'data:,', verification: { hash: `sha256-${'0'.repeat(64)}` } } }),
    file({ contents: { verification: { hash: `sha256-${'0'.repeat(64)}` } } }),
    file({}, '3.0.0'),
    file({}, '3.9.0'),
    file({}, '2.2.0'),
    { ignition: {} },
    { ignition: { version: '3.5.0' }, systemd: { units: [{ name: 'x' }] } },
    { ignition: { version: '3.5.0' }, systemd: { units: [{ name: 'x.service', dropins: [{ name: 'x' }] }] } },
    { ignition: { version: '3.5.0' }, storage: { links: [{ path: '/x' }] } },
    { ignition: { version: '3.5.0' }, storage: { links: [{ path: '/x', target: '/y' }], files: [{ path: '/x/z' }] } },
    { ignition: { version: '3.5.0' }, storage: { directories: [{ path: '/x' }], files: [{ path: '/x' }] } },
    { ignition: { version: '3.5.0' }, passwd: { users: [{ name: 'a' }, { name: 'a' }] } },
    { ignition: { version: '3.5.0' }, kernelArguments: { shouldExist: ['a'], shouldNotExist: ['a'] } },
  ];
  for (const config of configs) {
    const text = JSON.stringify(config);
    const ours = readConfig(Buffer.from(text), 'x').findings === undefined;
    t.equal(ours, ignitionValidate(write(config)).status === 0, text);
  }
  t.end();
});

const SPEC = `apiVersion: keelson.dev/v1
kind: NodeSpec
metadata: { series: lb, generation: 7 }
spec:
  directories:
    /etc/app: { mode: "0750", group: haproxy }
  files:
    /etc/app/app.conf: { content: { inline: "listen \${facts.hostname} é\\n" }, mode: "0640", group: haproxy }
    /etc/app/data.bin: { content: { base64: AP8KDQ== }, owner: 33 }
    /etc/new/folder/usual.conf: { content: { inline: "" } }
    /etc/host.conf: { content: { inline: "\${facts.hostname}\\n", facts: true } }
  links:
    /etc/app/current: { target: data.bin }
`;

/** Inode and times of everything beneath: a file that was written anew has others. */
function picture(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((path) => {
      const { ino, mode, uid, gid, mtimeMs } = lstatSync(join(folder, path));
      return [path, ino, mode, uid, gid, lstatSync(join(folder, path)).isDirectory() ? '' : mtimeMs].join(' ');
    });
}

t.test(
  'after the first boot of a rendered config the agent has nothing to change',
  { skip, timeout: 120_000 },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'keelson-render-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const at = (name: string): string => join(folder, name);
    const ran = async (...words: readonly string[]): Promise<string> => {
      const { code, out, err } = await keelson(...words);
      t.equal(code, 0, `${words.join(' ')}: ${out}${err}`);
      return out + err;
    };
    writeFileSync(at('lb.yaml'), SPEC);
    await ran('keygen', 'ops-1', '--out', at('keys'));
    mkdirSync(at('trust'));
    writeFileSync(at('trust/ops-1.yaml'), readFileSync(at('keys/ops-1.yaml')));
    await ran('sign', at('lb.yaml'), '--key', at('keys/ops-1.key'), '--out', at('lb.dsse.json'));
    const said = await ran('ignition', 'render', at('lb.dsse.json'), '--trust', at('trust'), '-o', at('first.ign'));
    t.match(said, /left to the agent: file:\/etc\/host[.]conf: it depends on facts/u);
    const butane = await ran('ignition', 'render', at('lb.dsse.json'), '--trust', at('trust'), '--butane');
    t.match(butane, /^variant: fcos\nversion: 1[.]5[.]0\nstorage:\n/u);
    t.match(ignitionValidate(at('first.ign')), { status: 0, out: '' });
    const refused = await keelson('ignition', 'render', at('lb.yaml'), '--trust', at('trust'));
    t.equal(refused.code, 1, 'a spec that nobody signed');

    const root = at('root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nhaproxy:x:188:\n');
    writeFileSync(join(root, 'etc/hostname'), 'lb-a\n');
    const applied = ignitionApply(at('first.ign'), root);
    t.equal(applied.status, 0, applied.out.split('\n').slice(-3).join('\n'));
    t.strictSame((await audited(root, at('first.ign'))).items, []);

    const before = picture(join(root, 'etc'));
    const agent = started(t, '--root', root, 'agent');
    await agent.says(/"event":"ready"/u);
    const end = Date.now() + 30_000;
    let status = '';
    while (!status.includes(' OK ') && Date.now() < end) status = (await keelson('--root', root, 'status')).out;
    t.match(status, /lb-a +OK .*lb\/7/u);
    const after = picture(join(root, 'etc')).filter((line) => !line.startsWith('host.conf '));
    t.strictSame(after, before, 'the agent wrote nothing but what is its own to write');
    t.equal(readFileSync(join(root, 'etc/host.conf'), 'utf8'), 'lb-a\n');
    t.strictSame((await audited(root, at('first.ign'))).items, []);
    t.equal((await agent.stop()).code, 0);
  },
);

t.test(
  'what is adopted of a config plans nothing where Ignition has just written it',
  { skip, timeout: 120_000 },
  async (t) => {
    const { root, write } = place(t);
    const config = write(largeConfig());
    t.equal(ignitionApply(config, root).status, 0);
    mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
    writeFileSync(join(root, 'etc/keelson/config.d/10.yaml'), 'trust: { allowUnsigned: [adopted] }\n');
    const spec = join(root, 'adopted.yaml');
    const adopted = await keelson('--root', root, 'ignition', 'adopt', config, '-o', spec);
    t.equal(adopted.code, 2, adopted.err);
    t.match(adopted.err, /KSN-IGN-015 enablement:u0[.]service/u);
    t.match(adopted.err, /KSN-IGN-015 \/etc\/only-grown/u);
    t.match(adopted.err, /KSN-ADOPT-008 \/srv\/hard/u);
    t.match(adopted.err, /KSN-ADOPT-010 \/etc\/merged has mode 0600/u);
    const agent = started(t, '--root', root, 'agent');
    await agent.says(/"event":"ready"/u);
    const { out } = await keelson('--root', root, 'plan', spec);
    const changes = out.split('\n').filter((line) => /^[~+-] /u.test(line) && !line.includes('adopt as it is'));
    t.strictSame(changes, [], out);
    t.match(out, /\n\d+ taken over as they are/u);
    t.equal((await agent.stop()).code, 0);
  },
);
