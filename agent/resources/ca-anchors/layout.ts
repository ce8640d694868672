/** Where systems keep anchors, and what makes their trust store of them. */
import type { CommandSpec } from '../../desired/shared-fields.ts';

export type Tool = 'update-ca-trust' | 'update-ca-certificates';

export interface Place {
  readonly folder: string;
  readonly extension: '.pem' | '.crt';
  readonly tool: Tool;
}

/** update-ca-certificates reads nothing but .crt; p11-kit reads either, and by convention .pem. */
export const PLACES: readonly Place[] = [
  { folder: '/etc/pki/ca-trust/source/anchors', extension: '.pem', tool: 'update-ca-trust' },
  { folder: '/usr/local/share/ca-certificates', extension: '.crt', tool: 'update-ca-certificates' },
  { folder: '/etc/pki/trust/anchors', extension: '.pem', tool: 'update-ca-certificates' },
];

/** Undefined: no tool looks there. Neither of them looks into every folder beneath. */
export function placeOf(path: string): Place | undefined {
  return PLACES.find(
    ({ folder, extension }) =>
      path.startsWith(`${folder}/`) && path.endsWith(extension) && !path.slice(folder.length + 1).includes('/'),
  );
}

/** Reads every anchor anew; twice does what once does. */
export const COMMANDS: Readonly<Record<Tool, CommandSpec>> = {
  'update-ca-trust': { argv: ['update-ca-trust', 'extract'], timeoutMs: 60_000 },
  'update-ca-certificates': { argv: ['update-ca-certificates'], timeoutMs: 60_000 },
};
