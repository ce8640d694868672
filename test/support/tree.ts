/** Small trees of files for tests: put there, read back whole, compared. */
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { parentPath } from '../../hostfs/path.ts';
import type { TestHost } from './test-host.ts';

export type Thing =
  | { readonly file: string | Uint8Array; readonly mode?: number; readonly uid?: number; readonly gid?: number }
  | { readonly directory: true; readonly mode?: number; readonly uid?: number; readonly gid?: number }
  | { readonly link: string };

/** By path. Directories above come by themselves, 0755 root. */
export type Tree = Readonly<Record<string, Thing>>;

export async function plant(fs: FileSystem, tree: Tree): Promise<void> {
  for (const [path, thing] of Object.entries(tree)) {
    if (parentPath(path) !== '/') await fs.ensureDirectory(parentPath(path), { mode: 0o755, uid: 0, gid: 0 });
    if ('link' in thing) {
      await fs.stageLink(path, '.planted', thing.link, { uid: 0, gid: 0 });
      await fs.publish(path, '.planted');
    } else {
      const { mode = 'file' in thing ? 0o644 : 0o755, uid = 0, gid = 0 } = thing;
      if ('file' in thing) await fs.writeDurably(path, Buffer.from(thing.file), { mode, uid, gid });
      else if ((await fs.lstat(path)) === null) await fs.makeDirectory(path, { mode, uid, gid }, '.planted');
      else await fs.setAttributes(path, { mode, uid, gid });
    }
  }
  await fs.flush();
}

/** Takes away whatever is at the path. */
export async function uproot(fs: FileSystem, path: string): Promise<void> {
  const entry = await fs.lstat(path);
  if (entry?.type === 'directory') {
    for (const name of await fs.list(path)) await uproot(fs, `${path}/${name}`);
    await fs.removeDirectory(path);
  } else await fs.remove(path);
  await fs.flush();
}

/** One line a thing: everything that a restore must bring back. */
export async function picture({ hosts, blur }: TestHost): Promise<readonly string[]> {
  const { fs } = hosts.read;
  const lines: string[] = [];
  for await (const entry of fs.auditTree('/', () => hosts.read.digester(), new AbortController().signal)) {
    const blurred =
      blur !== undefined && entry.type === 'file' ? hosts.read.fingerprint(blur(await fs.read(entry.path))) : undefined;
    const what = entry.target ?? blurred ?? entry.digest ?? '';
    const mode = entry.type === 'link' ? '' : ` ${entry.mode.toString(8)}`;
    lines.push(`${entry.path} ${entry.type}${mode} ${entry.uid}:${entry.gid} ${what}`.trimEnd());
  }
  return lines;
}

/** Paths of our own temporaries. */
export async function temporaries(host: TestHost): Promise<readonly string[]> {
  return (await picture(host)).filter((line) => /\/\.keelson-/.test(line));
}
