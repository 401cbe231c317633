import { writeFile } from "node:fs/promises";
import { Frontier, leafHash, signCheckpoint, TileRecorder, treeLevels, type RecordedTile } from "@signalbox/tlog";
import type { KeyObject } from "node:crypto";
import type { Pool } from "pg";

const TABLES = [
  "ledger_leaf",
  "ledger_event",
  "ledger_request",
  "ledger_node",
  "ledger_tile",
  "ledger_sequence",
  "ledger_checkpoint",
  "ledger_head",
];

/** Columns of a leaf's row but for its index. */
const COLUMNS = `
  select column_name as name from information_schema.columns
  where table_schema = 'public' and table_name = 'ledger_leaf' and column_name <> 'idx'`;

/** Somebody who owns the register's tables, and changes what is never to change. */
export class Forger {
  readonly #owner: Pool;

  private constructor(owner: Pool) {
    this.#owner = owner;
  }

  /** Switches off the triggers that refuse any change, which an owner may, and keeps the tables as they are. */
  static async open(owner: Pool): Promise<Forger> {
    for (const table of ["ledger_leaf_0", "ledger_node", "ledger_tile", "ledger_head"]) {
      await owner.query(`alter table ${table} disable trigger user`);
    }
    for (const table of TABLES) await owner.query(`create table ${table}_kept as table ${table}`);
    return new Forger(owner);
  }

  /** Everything is as it was, but for what others have added since. */
  async restore(): Promise<void> {
    for (const table of TABLES) {
      await this.#owner.query(`delete from ${table}`);
      await this.#owner.query(`insert into ${table} select * from ${table}_kept`);
    }
  }

  async change(sql: string, values: unknown[] = []): Promise<void> {
    const { rowCount } = await this.#owner.query(sql, values);
    if (rowCount === 0) throw new Error(`this changes nothing: ${sql}`);
  }

  flipBit(index: number): Promise<void> {
    return this.change("update ledger_leaf set leaf = set_byte(leaf, 60, get_byte(leaf, 60) # 1) where idx = $1", [
      index,
    ]);
  }

  setLeaf(index: number, bytes: Uint8Array): Promise<void> {
    return this.change("update ledger_leaf set leaf = $2 where idx = $1", [index, bytes]);
  }

  /** Two leaves, rows and all, change places. */
  async swap(one: number, other: number): Promise<void> {
    const { rows } = await this.#owner.query<{ name: string }>(COLUMNS);
    const set = rows.map(({ name }) => `${name} = b.${name}`);
    await this.change(
      `update ledger_leaf a set ${set.join(", ")} from ledger_leaf b where (a.idx, b.idx) in (($1, $2), ($2, $1))`,
      [one, other],
    );
    await this.followLeaves();
  }

  /** A leaf is gone, and those behind it have moved up. */
  async removeAndRenumber(index: number): Promise<void> {
    await this.change("delete from ledger_leaf where idx = $1", [index]);
    await this.change("update ledger_leaf set idx = idx + 500000 where idx > $1", [index]);
    await this.change("update ledger_leaf set idx = idx - 500001 where idx > 500000");
    await this.followLeaves();
  }

  async removeFrom(index: number): Promise<void> {
    await this.change("delete from ledger_leaf where idx >= $1", [index]);
    await this.#owner.query("delete from ledger_checkpoint where size > $1", [index]);
    await this.followLeaves();
  }

  /** The head alone; the leaves behind it stay. */
  async setHeadBack(size: number): Promise<void> {
    const tree = Frontier.empty();
    for (const hash of (await this.#hashes()).slice(0, size)) tree.append(hash);
    await this.#setHead(tree);
  }

  /** The tables beside the leaves say what the leaves say. */
  async followLeaves(): Promise<void> {
    await this.#owner.query("delete from ledger_event");
    await this.#owner.query("insert into ledger_event select event_id, idx, leaf_hash from ledger_leaf");
    await this.#owner.query("delete from ledger_request");
    await this.#owner.query(
      "insert into ledger_request select request_id, idx, decision_id from ledger_leaf where type = 'outcome'",
    );
  }

  /** Hashes, nodes and head are made anew from the leaves' bytes. */
  async rebuildTree(): Promise<void> {
    await this.#owner.query("update ledger_leaf set leaf_hash = sha256('\\x00'::bytea || leaf)");
    await this.followLeaves();
    const tree = Frontier.empty();
    const tiles = new TileRecorder();
    for (const hash of await this.#hashes()) {
      tree.append(hash);
      for (const tile of tiles.addLeaf(hash)) await this.#setNodes(tile);
    }
    for (const tile of tiles.partialTiles()) await this.#setNodes(tile);
    await this.#setHead(tree);
  }

  /** Every checkpoint is signed again, over the tree as it is now, and the file beside the database says the same. */
  async signAnew({ origin, privateKey, stateFile }: { origin: string; privateKey: KeyObject; stateFile: string }) {
    const tree = Frontier.empty();
    const sign = async (): Promise<void> => {
      const root = Buffer.from(tree.root());
      const note = signCheckpoint({ origin, size: tree.size, root }, [{ name: origin, privateKey }]);
      await this.#owner.query("update ledger_checkpoint set root = $2, note = $3 where size = $1", [
        tree.size,
        root,
        note,
      ]);
    };
    for (const hash of await this.#hashes()) {
      tree.append(hash);
      await sign();
    }
    const root = Buffer.from(tree.root()).toString("base64");
    await writeFile(stateFile, JSON.stringify({ origin, size: tree.size, root }));
  }

  async #setHead(tree: Frontier): Promise<void> {
    await this.change("update ledger_head set size = $1, open_from = 0, root = $2, frontier = $3", [
      tree.size,
      Buffer.from(tree.root()),
      Buffer.from(tree.toBytes()),
    ]);
  }

  async #hashes(): Promise<Buffer[]> {
    const { rows } = await this.#owner.query<{ leaf: Buffer }>("select leaf from ledger_leaf order by idx");
    return rows.map(({ leaf }) => leafHash(leaf));
  }

  async #setNodes({ level, index, hashes }: RecordedTile): Promise<void> {
    if (level === 0) {
      if (hashes.length < 256) return;
      const nodes = Buffer.concat(treeLevels(hashes).slice(0, -1).flat());
      await this.#owner.query("update ledger_tile set nodes = $2 where n = $1", [index, nodes]);
      return;
    }
    for (const [at, hash] of hashes.entries()) {
      const node = [level, index * 256 + at, hash];
      await this.#owner.query("update ledger_node set hash = $3 where level = $1 and n = $2", node);
    }
  }
}
