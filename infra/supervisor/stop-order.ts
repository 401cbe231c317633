import type { StageName } from "@signalbox/proto";

/** First the door, last the register, so that what is under way is still recorded. */
export const STOP_ORDER: readonly (readonly StageName[])[] = [
  ["ingress"],
  ["classifier", "cache", "policy"],
  ["dispatcher"],
  ["audit-ledger"],
];

/** Stops services one rank after the other, those of one rank together. */
export async function stopInOrder(running: ReadonlyMap<StageName, AsyncDisposable>): Promise<void> {
  for (const rank of STOP_ORDER) {
    await Promise.all(rank.map(async (stage) => running.get(stage)?.[Symbol.asyncDispose]()));
  }
}
