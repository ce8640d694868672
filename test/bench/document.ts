/** Signed specs for a root of a benchmark, and the trust root that makes it take them. */
import { createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signPayload, writeEnvelope } from '../../agent/verify/dsse.ts';
import { generateKeys } from '../../agent/verify/keys.ts';
import type { Workload } from './workload.ts';

export type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const keys = generateKeys('ed25519');
const privateKey = createPrivateKey(keys.privatePem);

export function writeTrust(root: string): void {
  const folder = join(root, '/etc/keelson/trust.d');
  mkdirSync(folder, { recursive: true });
  const trusted = { name: 'bench', publicKey: keys.publicPem, series: ['*'] };
  writeFileSync(join(folder, 'bench.json'), JSON.stringify(trusted), { mode: 0o644 });
}

/** The envelope as text. Gates need not hold any longer than once. */
export function signedSpec(generation: number, sections: Sections): string {
  const spec = {
    apiVersion: 'keelson.dev/v1',
    kind: 'NodeSpec',
    metadata: { series: 'bench', generation },
    spec: { health: { stableFor: '0s', deadline: '5m' }, ...sections },
  };
  return envelopeOf(spec);
}

/** Any document, signed by the key of {@link writeTrust}. */
export function envelopeOf(document: unknown): string {
  const envelope = writeEnvelope(signPayload(Buffer.from(JSON.stringify(document)), [privateKey]));
  return Buffer.from(envelope).toString();
}

export function filesOf({ files }: Workload): Sections {
  return { files: Object.fromEntries(files.map(({ path, text }) => [path, { content: { inline: text } }])) };
}
