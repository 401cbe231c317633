/** A lease takes one part in so many of what is available for each replica that shares the budget. */
const PARTS = 4n;

/**
 * What a replica asks for: enough for the request at hand, else a share of what is available that leaves as much for the
 * others. What `replicas - 1` others hold unused is the slack: a request may be refused although so much is left.
 */
export function leaseSize(available: bigint, { least, replicas }: { least: bigint; replicas: number }): bigint {
  const share = available / (BigInt(replicas) * PARTS);
  return share > least ? share : least;
}
