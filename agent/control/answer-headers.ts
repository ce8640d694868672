/**
 * Headers of every answer, whoever asks: a browser may sit behind a forwarded port. Nothing is kept, framed, guessed or
 * given to another origin, and what is no page of ours may load nothing.
 */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  Connection: 'close',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};
