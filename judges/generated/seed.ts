/**
 * Other apps each time; where CI says that it is CI the same ones, so that only a change turns it red, unless it asks for
 * fresh ones.
 */
export const freshSeed = (inCi: number): number =>
  process.env.CI && !process.env.FRESH_SEEDS ? inCi : Date.now() % 2 ** 31;
