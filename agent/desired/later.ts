/** What later releases bring: a spec that has it is for a newer agent, not misspelt. */

/** Sections of the spec, with the prefixes of their addresses as far as they are known. */
const sections: ReadonlyMap<string, readonly string[]> = new Map([
  ['kernel.modules', ['module']],
  ['kernel.arguments', []],
  ['selinux', []],
  ['units', ['unit']],
  ['certificates', ['certificate']],
  ['secrets', ['secret']],
  ['accelerators', ['accelerator']],
]);

/** Fields of resources. */
const fields: ReadonlySet<string> = new Set(['disruption']);

/** Whether a key of `spec`, or GROUP.KEY beneath one, is a section of later. */
export function isLaterSection(name: string): boolean {
  return sections.has(name);
}

/** Whether a key of a resource is a field of later. */
export function isLaterField(name: string): boolean {
  return fields.has(name);
}

/** The section of later in which the resource at this address will stand; undefined: it is of no kind of later. */
export function laterSectionOf(address: string): string | undefined {
  const prefix = address.slice(0, address.indexOf(':'));
  return [...sections].find(([, prefixes]) => prefixes.includes(prefix))?.[0];
}
