import { errorsOf, type Catalogue, type ErrorCode } from '../../base/errors.ts';

export const KERNEL_ERRORS = {
  'KSN-KERNEL-001': {
    fault: 'environment',
    meaning: 'The kernel has no such parameter now; the resource waits for it.',
    evidence: 'The path beneath /proc/sys. Parameters come with their module or network interface.',
    next: 'Load the module or bring the interface up. Where it never comes, correct the name or drop the resource.',
  },
  'KSN-KERNEL-002': {
    fault: 'caller',
    meaning: 'The kernel does not take this value.',
    evidence: 'The path beneath /proc/sys; writing there was answered with an error.',
    next: "Correct the value: the kernel's own documentation (admin-guide/sysctl) says what it may be.",
  },
  'KSN-KERNEL-003': {
    fault: 'caller',
    meaning: 'The parameter cannot be written.',
    evidence: 'The mode of its file beneath /proc/sys, or a read-only mount of it, as containers have.',
    next: 'Drop the resource: what the parameter says is decided elsewhere, as by an argument of the kernel.',
  },
  'KSN-KERNEL-004': {
    fault: 'caller',
    meaning: 'The kernel made another value of the one that was written, so that it would differ for ever.',
    evidence: 'Both values in the message. The value before was written back.',
    next: 'Write in the spec what the kernel makes of it.',
  },
  'KSN-KERNEL-005': {
    fault: 'caller',
    meaning: 'The parameter holds a key, which would stand in the spec, the plan and the journal for all to read.',
    evidence: 'The name of the parameter.',
    next: 'Drop the resource, and let a program that keeps the key write it.',
  },
  'KSN-KERNEL-006': {
    fault: 'environment',
    meaning: 'Another file of sysctl.d names the parameter too, and is read later: its value comes with the next boot.',
    evidence: 'The file and its value in the message.',
    next: 'Take the line out of that file, or mask it with a file of its name in /etc/sysctl.d.',
  },
  'KSN-KERNEL-007': {
    fault: 'environment',
    meaning: 'The parameter cannot be read, so that nobody knows whether it is as desired.',
    evidence: 'The path beneath /proc/sys and what reading it was answered with.',
    next: 'Drop the resource where the parameter is one that only takes commands; else look at what keeps root from reading it.',
  },
  'KSN-KERNEL-008': {
    fault: 'environment',
    meaning: 'The parameter or its file in sysctl.d was changed from outside, and stays so.',
    evidence: 'What differs, in the message.',
    next: 'Nothing, or set it as it should be: where the spec has it no more, or with drift: report, nobody else does.',
  },
  'KSN-KERNEL-009': {
    fault: 'environment',
    meaning: 'The parameter is not managed any more, and stays as it is.',
    evidence: 'The message says why: onRemove: keep, or it already is as it was before.',
    next: 'Nothing.',
  },
  'KSN-KERNEL-010': {
    fault: 'environment',
    meaning: 'The parameter is not as it was written.',
    evidence: 'What differs, in the message.',
    next: 'Find out who writes it: another file of sysctl.d, tuned, a container with rights of the host.',
  },
} as const satisfies Catalogue;

export type KernelCode = keyof typeof KERNEL_ERRORS & ErrorCode;

export const kernelError = errorsOf(KERNEL_ERRORS);
