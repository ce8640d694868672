/** An address on the page: a long path breaks after a slash, and is still one text for who copies it. */
import { oneLine } from '../../base/one-line.ts';
import { element, type Element } from './markup.ts';

/** More parts than this break where they must. */
const mostBreaks = 12;

export function addressCode(address: string): Element {
  const parts = oneLine(address).split('/');
  const pieces = parts.flatMap((part, at) => {
    const text = at < parts.length - 1 ? `${part}/` : part;
    return at > 1 && at < mostBreaks ? [element('wbr'), text] : [text];
  });
  return element('code', {}, pieces);
}
