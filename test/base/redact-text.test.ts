import t from 'tap';
import fc from 'fast-check';
import { printableText } from '../../agent/base/printable-text.ts';
import { REDACTED, redactText } from '../../agent/base/redact-text.ts';

const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIPlanted\nabc=\n-----END EC PRIVATE KEY-----';

t.test('hides the shapes that secrets have', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    [`key:\n${pem}\nend`, `key:\n${REDACTED}\nend`],
    ['x -----BEGIN PRIVATE KEY-----\nPlanted', `x ${REDACTED}`],
    ['Planted\n-----END RSA PRIVATE KEY-----\ny', `${REDACTED}\ny`],
    ['get https://ana:Planted@vault.example/v1', `get https://${REDACTED}@vault.example/v1`],
    ['DB_PASSWORD=Planted next', `DB_PASSWORD=${REDACTED} next`],
    ['{"password": "Plan\\"ted", "user": "ana"}', `{"password": ${REDACTED}, "user": "ana"}`],
    ["secret_id: 'Planted'", `secret_id: ${REDACTED}`],
    ['curl --token Planted -v', `curl --token ${REDACTED} -v`],
    ['  auth_pass Planted', `  auth_pass ${REDACTED}`],
    ['user ops insecure-password Planted', `user ops insecure-password ${REDACTED}`],
    ['Authorization: Basic UGxhbnRlZA==', `Authorization: ${REDACTED}`],
    ['sent Bearer abcdefgh.Planted', `sent Bearer ${REDACTED}`],
    ['hvs.CAESIPlantedPlanted1234 used', `${REDACTED} used`],
    ['ghp_PlantedPlantedPlanted1234', REDACTED],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.Planted', REDACTED],
    ['/etc/app/secret: password: Planted', `/etc/app/secret: password: ${REDACTED}`],
    ['/etc/app/secret=Planted', `/etc/app/secret=${REDACTED}`],
    ['/etc/app/secret:Planted', `/etc/app/secret:${REDACTED}`],
    ['kv/app/password: Planted', `kv/app/password: ${REDACTED}`],
    ['https://vault/v1/token: Planted', `https://vault/v1/token: ${REDACTED}`],
    ['/usr/bin/psql --password Planted', `/usr/bin/psql --password ${REDACTED}`],
    ['root:$6$saltsalt$Planted/abc.:19000', `root:${REDACTED}:19000`],
  ];
  for (const [text, clean] of cases) t.equal(redactText(text), clean, text);
});

t.test('leaves what is no secret', async (t) => {
  for (const text of [
    `[ALERT] haproxy.cfg:31 : unknown keyword 'blind' in 'frontend' section`,
    'unexpected token: }',
    'https://10.0.0.1:8404/healthz answered 503',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'mail to ops@example.net',
    '/etc/app/secret: not there',
    'file:/etc/app/my-secret is refused: it is a directory',
    'cannot read "/run/secrets/db-password": permission denied',
    'Cannot look at /etc/app/password : permission denied',
    '/etc/app/password is missing',
  ]) {
    t.equal(redactText(text), text);
  }
});

t.test('hides given values in every form they take, whatever is around them', async () => {
  const secret = fc
    .string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' })
    .filter((value) => /\S{8,}/.test(value));
  fc.assert(
    fc.property(fc.string(), secret, fc.string(), (before, value, after) => {
      for (const form of [
        value,
        JSON.stringify(value).slice(1, -1),
        Buffer.from(value).toString('base64'),
        encodeURIComponent(value),
      ]) {
        if (redactText(`${before} ${form} ${after}`, [value]).includes(form)) throw new Error(form);
      }
    }),
    { numRuns: 300 },
  );
});

t.test('stays fast on text made to be slow', async (t) => {
  const evil = [
    'password'.repeat(2_000),
    'a-'.repeat(8_000),
    '-----BEGIN PRIVATE KEY-----'.repeat(600),
    'secret="\\'.repeat(1_600),
    'x://'.repeat(4_000),
    '$6$'.repeat(5_000),
  ];
  for (const text of evil) {
    const before = performance.now();
    redactText(text);
    t.ok(performance.now() - before < 1_500, `${text.slice(0, 20)} ${performance.now() - before}`);
  }
});

t.test('terminal tricks do not pass', async (t) => {
  t.equal(
    printableText('\u001B[31mred\u001B[0m \u001B]0;title\u0007ok\r\n\tnext\u0000\u202Ex'),
    'red ok\n\tnext\uFFFD\uFFFDx',
  );
  t.equal(printableText('progress 1%\rprogress 2%'), 'progress 1%\uFFFDprogress 2%');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      // oxlint-disable-next-line no-control-regex
      return !/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/.test(printableText(text));
    }),
  );
});
