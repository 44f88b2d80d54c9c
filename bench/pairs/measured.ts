/** The time of the processor (user and system), and of the clock, in milliseconds. */
export function measured<T>(work: () => T): { result: T; cpu: number; clock: number } {
  const cpu = process.cpuUsage();
  const clock = performance.now();
  const result = work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, cpu: (user + system) / 1000, clock: performance.now() - clock };
}
