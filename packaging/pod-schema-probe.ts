/** Learns the Pod schema from kubernetes-models' compiled validator by asking it. See generate-pod-schema.ts. */
import type { PodSchema, ScalarType, SchemaNode } from '../agent/resources/static-pods/pod-schema.ts';

interface Finding {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}
type Validator = ((data: unknown) => boolean) & { errors?: readonly Finding[] | null };

/** A name that no Kubernetes object has. */
const probeKey = 'keelson-probe';

/** Known, and refused whole in a static pod: what is inside need not be learned. */
const neverAllowed = new Set(['status', 'metadata.managedFields', 'metadata.ownerReferences']);

export async function learnPodSchema(): Promise<PodSchema> {
  const module = await import('kubernetes-models/_schemas/IoK8sApiCoreV1Pod');
  return new Learner(module.validate).learn();
}

class Learner {
  readonly #validate: Validator;
  /** Equal shapes are written once: serialised shape → name. */
  readonly #names = new Map<string, string>();
  readonly #definitions: Record<string, SchemaNode> = {};

  constructor(validate: Validator) {
    this.#validate = validate;
  }

  learn(): PodSchema {
    const root = this.#shape([]);
    return { root, definitions: this.#definitions };
  }

  #shape(path: readonly string[]): SchemaNode {
    const read = new Set<string>();
    const found = this.#ask(path, recorder(read));
    const wrongType = found.find((one) => one.keyword === 'type');
    if (found.some((one) => one.keyword === 'oneOf')) return this.#union(found);
    if (wrongType === undefined) return this.#objectOrMap(path, read, found);
    const type = String(wrongType.params['type']);
    if (type === 'array') return { array: this.#named([...path, '0']) };
    return this.#scalar(path, type);
  }

  #objectOrMap(path: readonly string[], read: ReadonlySet<string>, found: readonly Finding[]): SchemaNode {
    if (read.size > 0) {
      const fields: Record<string, SchemaNode> = {};
      for (const name of [...read].toSorted()) fields[name] = this.#named([...path, name]);
      const required = found
        .filter((one) => one.keyword === 'required')
        .map((one) => String(one.params['missingProperty']));
      return { fields, ...(required.length > 0 && { required: required.toSorted() }) };
    }
    const inside = this.#ask([...path, probeKey], Symbol(probeKey));
    return inside.length > 0 ? { map: this.#named([...path, probeKey]) } : { any: true };
  }

  #scalar(path: readonly string[], type: string): SchemaNode {
    const values = type === 'string' ? [probeKey] : [2 ** 40, 2 ** 70];
    const found = values.flatMap((value) => [...this.#ask(path, value)]);
    const allowed = found.find((one) => one.keyword === 'enum')?.params['allowedValues'] as
      | readonly string[]
      | undefined;
    const format = found.find((one) => one.keyword === 'format')?.params['format'] as string | undefined;
    return {
      scalar: type as ScalarType,
      ...(format !== undefined && { format }),
      ...(allowed !== undefined && { allowed: allowed.toSorted() }),
    };
  }

  /** There are two: a quantity is a number or a string, a port a name or a number. */
  #union(found: readonly Finding[]): SchemaNode {
    const types = found.filter((one) => one.keyword === 'type').map((one) => String(one.params['type']));
    return { scalar: types.includes('integer') ? 'int-or-string' : 'quantity' };
  }

  #named(path: readonly string[]): SchemaNode {
    if (neverAllowed.has(path.join('.'))) return { any: true };
    const shape = this.#shape(path);
    if (!('fields' in shape)) return shape;
    const key = JSON.stringify(shape);
    const known = this.#names.get(key);
    if (known !== undefined) return { ref: known };
    const name = freeName(path, this.#definitions);
    this.#names.set(key, name);
    this.#definitions[name] = shape;
    return { ref: name };
  }

  /** What the validator says of exactly this place when `value` stands there. */
  #ask(path: readonly string[], value: unknown): readonly Finding[] {
    const place = path.map((part) => `/${part}`).join('');
    this.#validate(wrap(path, value));
    return (this.#validate.errors ?? []).filter((one) => one.instancePath === place);
  }
}

/** Empty to everyone who looks, and remembers the fields that were looked for. */
function recorder(read: Set<string>): object {
  return new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name === 'string') read.add(name);
        return undefined;
      },
    },
  );
}

function wrap(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, part) => (part === '0' ? [inner] : { [part]: inner }), value);
}

/** The last field's name, with as many of its parents' as it takes to be the only one. */
function freeName(path: readonly string[], taken: Readonly<Record<string, unknown>>): string {
  const words = path.filter((part) => part !== '0' && part !== probeKey);
  for (let count = 1; count <= words.length; count++) {
    const name = words.slice(-count).join('.');
    if (!(name in taken)) return name;
  }
  return `pod.${words.join('.')}`;
}
