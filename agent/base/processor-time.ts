/** Milliseconds of the processor that this process has used; a busy machine does not make them more. */
export type ProcessorTime = () => number;

export const processorTime: ProcessorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
