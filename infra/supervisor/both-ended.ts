/**
 * Both values, once both promises have settled; of two failures it rejects with `one`'s. Unlike with `Promise.all`, nothing
 * is still starting in the background when a failure takes everything down again.
 */
export async function bothEnded<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}
