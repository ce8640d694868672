/** A certificate for documentation: its key was thrown away when it was made. */
export const EXAMPLE_PEM = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBizCCATGgAwIBAgIUCq2Q2K/tHZfFHF5fY0wtZ7UvMtwwCgYIKoZIzj0EAwIw',
  'GjEYMBYGA1UEAwwPRXhhbXBsZSBFZGdlIENBMCAXDTI2MTEyNDE3MjIwM1oYDzIx',
  'MjYxMDMxMTcyMjAzWjAaMRgwFgYDVQQDDA9FeGFtcGxlIEVkZ2UgQ0EwWTATBgcq',
  'hkjOPQIBBggqhkjOPQMBBwNCAARg7ZBvJbQO8zIQRY1rwIaYHUOwQWJtaC41N6dm',
  'iy1Yu8w3CckLW6BMACw85BDqGh2zneyNU0+5lO2MJCYl1qbVo1MwUTAdBgNVHQ4E',
  'FgQUfonyFWmCu/GWkMX+lq+MAt1NOTYwHwYDVR0jBBgwFoAUfonyFWmCu/GWkMX+',
  'lq+MAt1NOTYwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAju/X',
  'ZXlsEhU+C0wypyRaHfxSaxe/kxCxEUf7JsLFeUQCIF8iylwPi8bQBqAkOH8vYPDO',
  'RYQVB89BjG0is8YSRl8b',
  '-----END CERTIFICATE-----',
  '',
].join('\n');
