import { BLOCK_LEAVES, descriptionsIn, type BlockDescription } from "@signalbox/audit-ledger/derived";
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from "kysely";
import type { Client } from "pg";
import type { Findings } from "./finding.ts";

/** Writes queries, and runs none. */
const WRITER = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** Facets that name nothing that a caller wrote. */
const SHOWN = /^(?:tenant|key|kind|provider|model|cost) .{1,64}$/u;

type Said = { readonly from_ms: string | null; readonly to_ms: string | null; readonly facets: Set<string | null> };

/**
 * Holds the rows that a search skips blocks by against the leaves, block by block as the leaves are read. What is held
 * of a block is let go once none of its requests is open.
 */
export class BlockCheck {
  readonly #client: Client;
  readonly #findings: Findings;
  readonly #described: number;
  /** Blocks whose outcomes may still come, by their number. */
  readonly #said = new Map<number, Said>();
  #next = 0;

  private constructor(client: Client, findings: Findings, described: number) {
    this.#client = client;
    this.#findings = findings;
    this.#described = described;
  }

  /** Blocks are described within a second of their last leaf, in their order; those that are not yet are looked through. */
  static async open(client: Client, findings: Findings, size: number): Promise<BlockCheck> {
    const { rows } = await client.query<{ described: string }>(
      "select coalesce(max(n) + 1, 0) as described from ledger_block",
    );
    const [described, full] = [Number(rows[0]?.described), Math.floor(size / BLOCK_LEAVES)];
    if (described > full) {
      findings.add("blocks", full * BLOCK_LEAVES, `blocks up to ${described - 1} are described, and ${full} are full`);
    }
    return new BlockCheck(client, findings, Math.min(described, full));
  }

  /** The leaves below `read` were read, and no decision below `lowestOpen` waits for its outcome. */
  async advance(read: number, lowestOpen: number): Promise<void> {
    if (read % BLOCK_LEAVES !== 0 || read / BLOCK_LEAVES > this.#described) return;
    await this.#read(read / BLOCK_LEAVES - 1);
    const to = read / BLOCK_LEAVES === this.#described ? read : lowestOpen;
    while (this.#said.size > 0 && (this.#next + 1) * BLOCK_LEAVES <= to) {
      await this.#compare(this.#next);
      this.#next += 1;
    }
  }

  async #read(block: number): Promise<void> {
    const { sql, parameters } = descriptionsIn(block).compile(WRITER);
    const { rows } = await this.#client.query<BlockDescription>({ name: "block", text: sql, values: [...parameters] });
    for (const { n, from_ms, to_ms, facets } of rows) {
      const said = this.#said.get(Number(n));
      if (said !== undefined) for (const facet of facets) said.facets.add(facet);
      else if (Number(n) === block) this.#said.set(block, { from_ms, to_ms, facets: new Set(facets) });
    }
  }

  async #compare(block: number): Promise<void> {
    const said = this.#said.get(block);
    this.#said.delete(block);
    const { rows } = await this.#client.query<BlockDescription>(
      "select n, from_ms, to_ms, facets from ledger_block where n = $1",
      [String(block)],
    );
    const fault = blockFault(rows[0], said);
    if (fault !== null) this.#findings.add("blocks", block * BLOCK_LEAVES, fault);
  }
}

function blockFault(kept: BlockDescription | undefined, said: Said | undefined): string | null {
  if (kept === undefined || said === undefined) return "its block has no row";
  if (kept.from_ms !== said.from_ms)
    return `from_ms of its block is ${kept.from_ms}, and the leaves say ${said.from_ms}`;
  if (kept.to_ms !== said.to_ms) return `to_ms of its block is ${kept.to_ms}, and the leaves say ${said.to_ms}`;
  const facets = new Set(kept.facets);
  for (const facet of said.facets) if (!facets.has(facet)) return `the facets of its block lack ${named(facet)}`;
  for (const facet of facets)
    if (!said.facets.has(facet)) return `the facets of its block have ${named(facet)} too much`;
  return null;
}

/** Whoever changed a block may have put a null among its facets. */
function named(facet: string | null): string {
  if (facet === null) return "null";
  return SHOWN.test(facet) ? JSON.stringify(facet) : `a ${facet.split(" ", 1)[0]?.slice(0, 8)}`;
}
