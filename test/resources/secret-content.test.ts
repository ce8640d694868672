/** Known forms of secrets are found, and ordinary files are not. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { holdsSecret } from '../../agent/resources/secret-content.ts';

const found = (text: string): string | null => holdsSecret('/etc/x/file', Buffer.from(text));
const planted = 'Planted0Value1Planted2Value3';
const pem = Buffer.from(`-----BEGIN RSA PRIVATE KEY-----\n${planted}\n`).toString('base64');

t.test('the usual forms', (t) => {
  for (const [text, what] of [
    [`users:\n- user:\n    client-key-data: ${pem}\n`, 'a private key'],
    [`users:\n- user:\n    token: ${planted}\n`, 'a token'],
    [`[default]\naws_access_key_id = AKIAABCDEFGHIJKLMNOP\n`, 'a cloud access key'],
    [`[default]\naws_secret_access_key = ${planted}\n`, 'a cloud access key'],
    [`clouds:\n  a:\n    auth:\n      password: ${planted}\n`, 'a password'],
    [`{\n  "type": "service_account",\n  "private_key": "${planted}"\n}\n`, 'a private key'],
    [`{"auths":{"r.example":{"auth":"dXNlcjpwYXNzd29yZA=="}}}`, 'a registry login'],
    [`{"auths":{"r.example":{"identitytoken":"${planted}"}}}`, 'a registry login'],
    [`Authorization: Bearer ${planted}\n`, 'a token'],
    [`[db]\npassword = ${planted} ; of the service\n`, 'a password'],
    [`export DB_PASSWORD='${planted}'\r\n`, 'a password'],
    [`password: "a=b:c;d# e ${planted}"\n`, 'a password'],
    [`db.password=a=b:c;d#${planted}\n`, 'a password'],
    [`-----BEGIN EC PRIVATE KEY-----\n${planted}\n`, 'a private key'],
  ] as const) {
    t.equal(found(text), what, text);
    t.notMatch(found(text) ?? '', planted);
  }
  t.end();
});

t.test('what only speaks of secrets', (t) => {
  for (const text of [
    'password goes here\n',
    '# password = changeme\n;password = x1234\n',
    'password =\npassword = ""\npassword: null\n',
    'password = $DB_PASSWORD\npassword: "{{ vault }}"\npassword = /run/secrets/x\n',
    'PasswordAuthentication no\nPASS_MAX_DAYS 99999\npassword requisite pam_pwquality.so\n',
    'passwd: files systemd\nshadow: files\n',
    'token: short\nPrivateKey = \n-----BEGIN CERTIFICATE-----\nabc\n',
  ])
    t.equal(found(text), null, text);
  t.end();
});

// Chromium's `apikeys`, where it is installed, are keys indeed.
t.test('ordinary files of /etc', (t) => {
  const paths = readdirSync('/etc', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('apikeys'))
    .map((entry) => join(entry.parentPath, entry.name));
  let looked = 0;
  const hits = paths.filter((path) => {
    const { mode, size } = statSync(path, { throwIfNoEntry: false }) ?? { mode: 0, size: 0 };
    if ((mode & 4) === 0 || size > 2 ** 18) return false;
    try {
      const bytes = readFileSync(path);
      looked += 1;
      return holdsSecret(path, bytes) !== null;
    } catch {
      return false;
    }
  });
  t.comment(`${looked} files looked at, ${hits.length} taken for secrets`);
  t.ok(hits.length * 100 <= looked, hits.join(' '));
  t.end();
});
