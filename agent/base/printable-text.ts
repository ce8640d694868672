// oxlint-disable no-control-regex -- control characters are what this file is about
/** CSI and OSC sequences as terminals know them (ECMA-48), also cut short at the end. */
const ESCAPE_SEQUENCES = /\u001B(?:\[[0-?]*[ -/]*[@-~]?|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\-_]?)/g;
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;

/** Foreign output as it may reach a terminal or a log: no escape sequences, no control characters but tab and newline. */
export function printableText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(ESCAPE_SEQUENCES, '').replace(CONTROLS, '\uFFFD');
}
