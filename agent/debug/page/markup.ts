/**
 * A page as data: the server writes it as text (`html.ts`), the script in the browser makes it stand in the document
 * (`client/morph.ts`). Neither reads text as markup, so what a node, a spec or a person wrote is never more than text.
 */

/** Names come from the code alone. Handlers do not exist, and styles are the style sheet's. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>> & {
  readonly style?: never;
  readonly [handler: `on${string}`]: never;
};

export interface Element {
  readonly tag: string;
  /** True is an attribute without a value. */
  readonly attributes: Readonly<Record<string, string | true>>;
  readonly children: readonly Markup[];
}

export type Markup = Element | string;

/** What is not there (null, false) leaves nothing behind. */
export type Child = Markup | null | false | readonly Child[];

/** Attributes that are undefined or false are left out. */
export function element(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): Element {
  const given: Record<string, string | true> = {};
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) given[name] = value === true ? true : String(value);
  return { tag, attributes: given, children: flat(children) };
}

/** Texts side by side are one, as they are in a document that was read. */
function flat(children: readonly Child[]): Markup[] {
  const found: Markup[] = [];
  const take = (child: Child): void => {
    if (child === null || child === false || child === '') return;
    if (typeof child === 'string') {
      const before = found.at(-1);
      if (typeof before === 'string') found[found.length - 1] = before + child;
      else found.push(child);
    } else if ('tag' in child) found.push(child);
    else for (const one of child) take(one);
  };
  take(children);
  return found;
}
