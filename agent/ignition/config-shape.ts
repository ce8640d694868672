/** The specification 3.0.0 to 3.6.0 as one table: every key, and the version that brought it. */
import type { Field, Shape } from './shape.ts';

const text: Shape = { is: 'string' };
const whole: Shape = { is: 'integer' };
const truth: Shape = { is: 'boolean' };
const list = (of: Shape): Shape => ({ is: 'array', of });

/** `name!`: needed. A shape alone is there since 3.0; `[shape, minor]` since then. */
function map(fields: Readonly<Record<string, Shape | readonly [Shape, number]>>): Shape {
  const made = Object.entries(fields).map(([name, given]): [string, Field] => {
    const [shape, since] = 'is' in given ? [given, 0] : given;
    return [name.replace(/!$/u, ''), { shape, since, needed: name.endsWith('!') }];
  });
  return { is: 'object', fields: Object.fromEntries(made) };
}

const headers: readonly [Shape, number] = [list(map({ 'name!': text, value: text })), 1];
const verification = map({ hash: text });
const resource = map({ source: text, compression: text, httpHeaders: headers, verification });
/** What configs and certificates come from was given compression later than the contents of files. */
const reference = map({ source: text, compression: [text, 1], httpHeaders: headers, verification });
const owner = map({ id: whole, name: text });
const node = { 'path!': text, overwrite: truth, user: owner, group: owner };

const ignition = map({
  'version!': text,
  config: map({ merge: list(reference), replace: reference }),
  timeouts: map({ httpResponseHeaders: whole, httpTotal: whole }),
  security: map({ tls: map({ certificateAuthorities: list(reference) }) }),
  proxy: [map({ httpProxy: text, httpsProxy: text, noProxy: list(text) }), 1],
});

const partition = map({
  label: text,
  number: whole,
  sizeMiB: whole,
  startMiB: whole,
  typeGuid: text,
  guid: text,
  wipePartitionEntry: truth,
  shouldExist: truth,
  resize: [truth, 2],
});

const clevis = map({
  tang: list(map({ url: text, thumbprint: text, advertisement: [text, 4] })),
  tpm2: truth,
  threshold: whole,
  custom: map({ pin: text, config: text, needsNetwork: truth }),
});

const luks = map({
  'name!': text,
  device: text,
  keyFile: resource,
  label: text,
  uuid: text,
  options: list(text),
  wipeVolume: truth,
  clevis,
  discard: [truth, 4],
  openOptions: [list(text), 4],
  cex: [map({ enabled: truth }), 5],
});

const storage = map({
  disks: list(map({ 'device!': text, wipeTable: truth, partitions: list(partition) })),
  raid: list(map({ 'name!': text, level: text, devices: list(text), spares: whole, options: list(text) })),
  filesystems: list(
    map({
      'device!': text,
      format: text,
      path: text,
      wipeFilesystem: truth,
      label: text,
      uuid: text,
      options: list(text),
      mountOptions: [list(text), 1],
    }),
  ),
  luks: [list(luks), 2],
  files: list(map({ ...node, contents: resource, append: list(resource), mode: whole })),
  directories: list(map({ ...node, mode: whole })),
  links: list(map({ ...node, 'target!': text, hard: truth })),
});

const systemd = map({
  units: list(
    map({
      'name!': text,
      enabled: truth,
      mask: truth,
      contents: text,
      dropins: list(map({ 'name!': text, contents: text })),
    }),
  ),
});

const passwd = map({
  users: list(
    map({
      'name!': text,
      passwordHash: text,
      sshAuthorizedKeys: list(text),
      uid: whole,
      gecos: text,
      homeDir: text,
      noCreateHome: truth,
      primaryGroup: text,
      groups: list(text),
      noUserGroup: truth,
      noLogInit: truth,
      shell: text,
      system: truth,
      shouldExist: [truth, 2],
    }),
  ),
  groups: list(map({ 'name!': text, gid: whole, passwordHash: text, system: truth, shouldExist: [truth, 2] })),
});

export const CONFIG_SHAPE: Shape = map({
  'ignition!': ignition,
  storage,
  systemd,
  passwd,
  kernelArguments: [map({ shouldExist: list(text), shouldNotExist: list(text) }), 3],
});
