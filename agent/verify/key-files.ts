/** A key pair on the disk of the person who signs. Existing files are never overwritten. */
import { open } from 'node:fs/promises';
import type { KeyPair } from './keys.ts';

/** Writes NAME.key (0600) and NAME.pub; rejects with EEXIST where one is there. */
export async function saveKeyPair(
  name: string,
  { privatePem, publicPem }: KeyPair,
): Promise<{ readonly privateFile: string; readonly publicFile: string }> {
  const privateFile = `${name}.key`;
  const publicFile = `${name}.pub`;
  await createFile(privateFile, privatePem, 0o600);
  await createFile(publicFile, publicPem, 0o644);
  return { privateFile, publicFile };
}

async function createFile(path: string, text: string, mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode);
  await file.writeFile(text);
  await file.sync();
}
