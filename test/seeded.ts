/** Numbers that look random, and are the same each time: https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
export function seeded(seed: number): () => number {
  let last = seed + 1;
  return () => (last = (last * 48_271) % 2_147_483_647) / 2_147_483_647;
}
