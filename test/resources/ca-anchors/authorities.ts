/** Certificates for tests, made by openssl; their keys are gone. */
import { EXAMPLE_PEM } from '../../../agent/resources/ca-anchors/example.ts';

export const FIRST_CA = EXAMPLE_PEM;

export const SECOND_CA = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBijCCAS+gAwIBAgIUbv0e5lqtkR2X+JiSNuNhltWJrPcwCgYIKoZIzj0EAwIw',
  'GTEXMBUGA1UEAwwOVGVzdCBTZWNvbmQgQ0EwIBcNMjYxMTI0MTcyMjMwWhgPMjEy',
  'NjEwMzExNzIyMzBaMBkxFzAVBgNVBAMMDlRlc3QgU2Vjb25kIENBMFkwEwYHKoZI',
  'zj0CAQYIKoZIzj0DAQcDQgAEFouoyn+CCkKh6xGr1MLXj8+/O1iCPFJ6jMprYVts',
  'sDR4pbs+e/Zwvm643bt6DtLTH7lPr8sJIig1TDfInnaoXKNTMFEwHQYDVR0OBBYE',
  'FKNHchuSt4nnTXckEBNxHhTtPEhpMB8GA1UdIwQYMBaAFKNHchuSt4nnTXckEBNx',
  'HhTtPEhpMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAOJKzB6Z',
  'iOZ6DibyKHYpGCkf8QIGhvgpGYkczFRDxz+rAiEAs0UVFfVls4p86fh1DYEEt0ie',
  '97m/In21s5ViTJa9WG0=',
  '-----END CERTIFICATE-----',
  '',
].join('\n');

export const LEAF = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBcjCCARigAwIBAgIUe8cWmNHt/ehyu+t/IA1XF1jZ86wwCgYIKoZIzj0EAwIw',
  'DzENMAsGA1UEAwwEbGVhZjAgFw0yNjExMjQxNzIyMzBaGA8yMTI2MTAzMTE3MjIz',
  'MFowDzENMAsGA1UEAwwEbGVhZjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPNp',
  'VkuDvzvV+VLrum+BZBE5CfFlHmr/RScXtCIR14yEuM/yK08S21dY1qD4HXV0KaV5',
  '5Uq8L+0OraeAnkJkGvejUDBOMB0GA1UdDgQWBBSuspuCHs2zr9sgNVK2YJfgA49l',
  '5zAfBgNVHSMEGDAWgBSuspuCHs2zr9sgNVK2YJfgA49l5zAMBgNVHRMBAf8EAjAA',
  'MAoGCCqGSM49BAMCA0gAMEUCIQCfRYV5M6R3XRshy1f5MMxcr6yWxbKOMHp5roXb',
  'M8BaggIgfhDb0W6Y62vGyVWHJQuaHC6KE5ISrJCU2WhlH7xV/2Q=',
  '-----END CERTIFICATE-----',
  '',
].join('\n');
