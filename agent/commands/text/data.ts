/** `-o json|yaml`: the same data as the table, for programs. */

export const OUTPUTS = ['table', 'json', 'yaml'] as const;
export type Output = (typeof OUTPUTS)[number];

/** One document, with its final line feed left out. YAML is loaded only when it is asked for. */
export async function dataText(value: unknown, output: Exclude<Output, 'table'>): Promise<string> {
  if (output === 'json') return JSON.stringify(value, null, 2);
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0 }).trimEnd();
}
