/** What a spec declares, without what it says: addresses and the names of fields, and not one value. */

const MOST_RESOURCES = 5_000;

/** `document`: a NodeSpec as it was accepted. */
export function specOutline(document: unknown): unknown {
  const { metadata, spec } = mapOf(document);
  const { series, generation } = mapOf(metadata);
  return {
    series: typeof series === 'string' ? series : null,
    generation: typeof generation === 'number' ? generation : null,
    sections: Object.fromEntries(Object.entries(mapOf(spec)).map(([name, section]) => [name, namesIn(section)])),
  };
}

/** Each resource with the names of its fields. */
function namesIn(section: unknown): unknown {
  if (Array.isArray(section)) return `${section.length} of a list`;
  if (typeof section !== 'object' || section === null) return typeof section;
  const entries = Object.entries(section).slice(0, MOST_RESOURCES);
  return Object.fromEntries(
    entries.map(([key, resource]) => [
      key,
      typeof resource === 'object' && resource !== null && !Array.isArray(resource)
        ? Object.keys(resource)
        : typeof resource,
    ]),
  );
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
