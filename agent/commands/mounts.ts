/** /proc/self/mountinfo, as proc_pid_mountinfo(5) has it. */

export interface Mount {
  readonly point: string;
  readonly type: string;
  /** By the mount, or by its file system. */
  readonly readOnly: boolean;
}

/** The mount that a path lies on; of several at one place the last hides the others. Null: none was told. */
export function mountOf(mountinfo: string, path: string): Mount | null {
  let found: Mount | null = null;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , , escaped, options = ''] = before.split(' ');
    const [type = '', , superOptions = ''] = after.split(' ');
    if (escaped === undefined) continue;
    const point = escaped.replaceAll(/\\([0-7]{3})/gu, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    const inside = point === '/' || path === point || path.startsWith(`${point}/`);
    if (!inside || (found !== null && found.point.length > point.length)) continue;
    found = { point, type, readOnly: [options, superOptions].some((each) => each.split(',').includes('ro')) };
  }
  return found;
}
