import { leafHash, treeRoot } from "@signalbox/tlog";
import { Client } from "pg";

export type LeafRow = {
  idx: number;
  type: string;
  requestId: string;
  decisionId: string | null;
  kind: string | null;
  leaf: Buffer;
};

/** What the register holds, read from its rows with the owner's credential. */
export class Register implements AsyncDisposable {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async open(databaseUrl: string): Promise<Register> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    return new Register(client);
  }

  async leaves(): Promise<LeafRow[]> {
    const { rows } = await this.#client.query<Omit<LeafRow, "idx"> & { idx: string }>(
      `select idx, type, request_id as "requestId", decision_id as "decisionId", kind, leaf from ledger_leaf order by idx`,
    );
    return rows.map((row) => ({ ...row, idx: Number(row.idx) }));
  }

  async head(): Promise<{ size: number; root: Buffer }> {
    const { rows } = await this.#client.query<{ size: string; root: Buffer }>("select size, root from ledger_head");
    return { size: Number(rows[0]!.size), root: rows[0]!.root };
  }

  async checkpointAt(size: number): Promise<string | null> {
    const { rows } = await this.#client.query<{ note: string }>("select note from ledger_checkpoint where size = $1", [
      size,
    ]);
    return rows[0]?.note ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}

/** The signed event inside a leaf. */
export function eventOf(leaf: Buffer): Record<string, unknown> {
  const { payload } = JSON.parse(leaf.toString("utf8")) as { payload: string };
  return JSON.parse(Buffer.from(payload, "base64").toString("utf8")) as Record<string, unknown>;
}

/** The root of the tree over the rows as they stand, computed anew. */
export function recomputedRoot(leaves: readonly LeafRow[]): Buffer {
  return Buffer.from(treeRoot(leaves.map(({ leaf }) => leafHash(leaf))));
}
