import type { Client } from "pg";

/** Leaves of a partition, as migration 0004 cuts them. */
const PARTITION_LEAVES = 1_048_576;
/** How far ahead of the log its partition is made: hours of appending at full speed are not needed, minutes are. */
const AHEAD_LEAVES = PARTITION_LEAVES / 2;

/** Makes partitions before the log reaches them. */
export class Partitions {
  readonly #client: Client;
  #made = -1;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Makes what a log of this size needs next; asks the database once for each partition. */
  async ensureFor(size: number): Promise<void> {
    for (const index of [size, size + AHEAD_LEAVES]) {
      const partition = Math.floor(index / PARTITION_LEAVES);
      if (partition <= this.#made) continue;
      await this.#client.query("select ledger_ensure_partition($1)", [index]);
      this.#made = partition;
    }
  }
}
