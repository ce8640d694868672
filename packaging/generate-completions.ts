/** Writes packaging/completions/ out of what `keelson completion` prints. Run: bin/node packaging/generate-completions.ts */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
mkdirSync(`${root}packaging/completions`, { recursive: true });
for (const [shell, name] of [
  ['bash', 'keelson'],
  ['zsh', '_keelson'],
  ['fish', 'keelson.fish'],
] as const) {
  const script = execFileSync(process.execPath, [`${root}agent/main.ts`, 'completion', shell], { encoding: 'utf8' });
  writeFileSync(`${root}packaging/completions/${name}`, script);
}
console.log('packaging/completions written');
