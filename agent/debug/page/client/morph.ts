/**
 * Brings what stands in the document to what the markup says, and touches nothing that is so already: focus, a
 * selection, the place of the scroll stay where they are. Rows are known by `data-key`.
 */
import type { Element as MarkupElement, Markup } from '../markup.ts';

const drawing = 'http://www.w3.org/2000/svg';
const drawn: ReadonlySet<string> = new Set(['svg', 'path']);

/** Children that the markup has not are taken out. */
export function morphChildren(parent: Element, wanted: readonly Markup[]): void {
  const keyed = keyedChildren(parent);
  let at: ChildNode | null = parent.firstChild;
  for (const markup of wanted) {
    const key = typeof markup === 'string' ? undefined : markup.attributes['data-key'];
    const known = typeof key === 'string' ? keyed.get(key) : undefined;
    if (known !== undefined) keyed.delete(String(key));
    const candidate: ChildNode | null = known ?? at;
    if (candidate !== null && fits(candidate, markup, known !== undefined)) {
      if (candidate === at) at = at.nextSibling;
      else parent.insertBefore(candidate, at);
      update(candidate, markup);
    } else {
      parent.insertBefore(made(markup), at);
    }
  }
  while (at !== null) {
    const next: ChildNode | null = at.nextSibling;
    at.remove();
    at = next;
  }
}

function keyedChildren(parent: Element): Map<string, ChildNode> {
  const keyed = new Map<string, ChildNode>();
  for (const child of parent.children) {
    const key = child.getAttribute('data-key');
    if (key !== null) keyed.set(key, child);
  }
  return keyed;
}

/** Whether the node may become what the markup says. A keyed one becomes nothing but itself. */
function fits(node: ChildNode, markup: Markup, isKnown: boolean): boolean {
  if (typeof markup === 'string') return node.nodeType === Node.TEXT_NODE;
  if (!(node instanceof Element) || node.localName !== markup.tag) return false;
  return (
    isKnown || (!node.hasAttribute('data-key') && markup.attributes['data-key'] === undefined && sameId(node, markup))
  );
}

function sameId(node: Element, { attributes }: MarkupElement): boolean {
  return (node.getAttribute('id') ?? undefined) === attributes['id'];
}

function update(node: ChildNode, markup: Markup): void {
  if (typeof markup === 'string') {
    if (node.nodeValue !== markup) node.nodeValue = markup;
    return;
  }
  if (!(node instanceof Element)) return;
  for (const name of node.getAttributeNames()) if (!(name in markup.attributes)) node.removeAttribute(name);
  setAttributes(node, markup);
  morphChildren(node, markup.children);
  setProperties(node, markup);
}

function made(markup: Markup): Node {
  if (typeof markup === 'string') return document.createTextNode(markup);
  const node = drawn.has(markup.tag)
    ? document.createElementNS(drawing, markup.tag)
    : document.createElement(markup.tag);
  setAttributes(node, markup);
  for (const child of markup.children) node.append(made(child));
  setProperties(node, markup);
  return node;
}

function setAttributes(node: Element, { attributes }: MarkupElement): void {
  for (const [name, value] of Object.entries(attributes)) {
    const text = value === true ? '' : value;
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

/** What a person has typed or chosen since is theirs while they are at it. */
function setProperties(node: Element, { attributes }: MarkupElement): void {
  if (node === document.activeElement) return;
  if (node instanceof HTMLInputElement) node.value = String(attributes['value'] ?? '');
  if (node instanceof HTMLOptionElement && node.parentElement !== document.activeElement)
    node.selected = attributes['selected'] === true;
}
