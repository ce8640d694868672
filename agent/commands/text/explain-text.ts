/** `keelson explain CODE` in words. */
import type { ErrorCode, Explanation, Fault } from '../../base/errors.ts';

const faults: Readonly<Record<Fault, string>> = {
  bug: 'an error in Keelson itself',
  caller: 'an error in what was given to Keelson',
  environment: 'the machine or the network around Keelson',
};

export function explanationText(code: ErrorCode, explanation: Explanation): string[] {
  return [
    `${code}  ${explanation.meaning}`,
    `cause     ${faults[explanation.fault]}`,
    `evidence  ${explanation.evidence}`,
    `next      ${explanation.next}`,
    ...(explanation.retryable === true
      ? ['retry     trying again without a change may succeed; the agent does so by itself']
      : []),
  ];
}
