/** What is thrown; an error when nothing is. */
export function messageOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error, and there was none');
}

/** `…` stands for any text; what is said has the place, what was seen, why, and a remedy. */
export function expectMessage(message: string, ...says: Array<string | RegExp>): void {
  for (const part of says) {
    const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const pattern = typeof part === 'string' ? new RegExp(part.split(' … ').map(literal).join('[^]*')) : part;
    expect(message).toMatch(pattern);
  }
  expect(message).toMatch(/\[[\w/-]+\] [^]+: .+; .+/);
  expect(message).not.toMatch(/Resolution error|undefined|\[object|\$\{Token/);
}
