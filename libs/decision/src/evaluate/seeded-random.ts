const WARM_UP_ROUNDS = 12;
const UINT32 = 2 ** 32;

/**
 * Uniform numbers from [0, 1), the same for a seed on every machine: sfc32 of C. Doty-Humphrey's PractRand, seeded with
 * one word and warmed up.
 */
export function seededRandom(seed: number): () => number {
  let a = seed >>> 0;
  let b = 0x9e37_79b9;
  let c = 0x243f_6a88;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / UINT32;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) next();
  return next;
}
