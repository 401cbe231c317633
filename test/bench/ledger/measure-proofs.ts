import { Worker } from "node:worker_threads";
import { EntryChecker, Frontier, leafHash } from "@signalbox/tlog";
import { mayRecord } from "../../../infra/cli/verify/may-record.ts";
import { endChild, forkFile, nextMessage } from "../child-process.ts";
import { percentile } from "../percentile.ts";
import type { BenchLedger } from "./bench-ledger.ts";
import type { Asked, Took } from "./proving-thread.ts";

/** Until the code that makes a proof is compiled, and the connection is there. */
const WARM_UP_PROOFS = 200;

type Times = { readonly p50Ms: number; readonly p99Ms: number };

export type ProofTimes = {
  /** Asked over one open call, as whoever wants many proofs does. */
  readonly open: Times;
  /** Each by a call of its own. */
  readonly single: Times;
  /** A byte to another process and back in the same minutes, which no answer can be faster than. */
  readonly echo: Times;
};

/** One inclusion proof after the other, of events drawn from the whole log. */
export async function measureProofs(ledger: BenchLedger, count: number): Promise<ProofTimes> {
  const { rows } = await ledger.owner.query<{ event_id: string }>(
    "select event_id from ledger_event order by md5(event_id::text) limit $1",
    [2 * (count + WARM_UP_PROOFS)],
  );
  const ids = rows.map(({ event_id: eventId }) => eventId);
  const half = Math.floor(ids.length / 2);
  const eventIds = ids.slice(0, half).map((first, at) => [first, ids[half + at] as string] as const);
  const echo = forkFile("ledger/echo-process.ts");
  try {
    const { port: echoPort } = await nextMessage<{ port: number }>(echo, "the echo");
    const took = await ask({ address: ledger.grpcAddress, token: ledger.token, echoPort, eventIds });
    return { open: timesOf(took.open), single: timesOf(took.single), echo: timesOf(took.echo) };
  } finally {
    await endChild(echo);
  }
}

function timesOf(tookMs: readonly number[]): Times {
  const timed = tookMs.slice(WARM_UP_PROOFS);
  return { p50Ms: percentile(timed, 0.5), p99Ms: percentile(timed, 0.99) };
}

function ask(asked: Asked): Promise<Took> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./proving-thread.ts", import.meta.url), { workerData: asked });
    thread.once("message", resolve);
    thread.once("error", reject);
  });
}

type Verified = { readonly leafBytes: number; readonly hashed: number; readonly signed: number };

/**
 * The median leaf, and how many leaves a second one core hashes into the tree, alone and with every signature checked.
 */
export async function measureVerify(ledger: BenchLedger, count: number): Promise<Verified> {
  const { rows } = await ledger.owner.query<{ leaf: Buffer }>("select leaf from ledger_leaf order by idx limit $1", [
    count,
  ]);
  const leaves = rows.map(({ leaf }) => leaf);
  const producers = new Map(
    [ledger.policy, ledger.dispatcher, ledger.own].map(({ keyId, service, publicKey: key }) => [
      keyId,
      { service, key },
    ]),
  );
  const hash = (): Buffer => {
    const tree = Frontier.empty();
    for (const leaf of leaves) tree.append(leafHash(leaf));
    return Buffer.from(tree.root());
  };
  const checker = new EntryChecker({ producers, mayRecord });
  const check = (): void => {
    hash();
    for (const [index, leaf] of leaves.entries()) {
      if (checker.check(index, leaf).kind !== "sound") throw new Error(`leaf ${index} does not hold`);
    }
  };
  return {
    leafBytes: percentile(
      leaves.map(({ length }) => length),
      0.5,
    ),
    hashed: perSecond(leaves.length, hash),
    signed: perSecond(leaves.length, check),
  };
}

function perSecond(count: number, work: () => unknown): number {
  const startedAtMs = performance.now();
  work();
  return count / ((performance.now() - startedAtMs) / 1_000);
}
