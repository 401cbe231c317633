/**
 * Both values, once both promises have ended; rejects with the first one's reason before the second's. Unlike with
 * `Promise.all` alone, nothing is still being brought up when what was brought up is taken down again.
 */
export async function bothEnded<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}
