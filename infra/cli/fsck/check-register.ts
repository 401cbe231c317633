import { LeafFollower } from "@signalbox/audit-ledger/derived";
import {
  EntryChecker,
  Frontier,
  producerKeyId,
  publicKeyFromRaw,
  TILE_WIDTH,
  TileRecorder,
  treeLevels,
  type NoteVerifier,
  type RecordedTile,
} from "@signalbox/tlog";
import type { Client } from "pg";
import { mayRecord } from "../verify/may-record.ts";
import { BlockCheck } from "./block-check.ts";
import { EarlyLeaves } from "./early-leaves.ts";
import { Findings, type FsckCheck } from "./finding.ts";
import { checkKeys } from "./key-faults.ts";
import { checkLeaf } from "./leaf-faults.ts";
import { noteFault } from "./note-fault.ts";
import {
  checkpointRows,
  headRow,
  keyRows,
  leafRows,
  nodeRows,
  tileRow,
  type CheckpointRow,
  type HeadRow,
  type KeyRow,
} from "./register-rows.ts";
import { checkSideTables } from "./side-faults.ts";

const PROGRESS_EVERY = 1_024;

/** What was signed last, as it is remembered outside of the database. */
export type SignedHead = { readonly size: number; readonly root: string };

type CheckRegisterOptions = {
  readonly client: Client;
  /** The log's keys; without any, signatures of checkpoints are not checked. */
  readonly verifiers: readonly NoteVerifier[];
  readonly signedHead: SignedHead | null;
  readonly onProgress: (leaves: number, size: number) => void;
};

/** Which checks were not made, or not wholly, with why. */
type Unchecked = Readonly<Partial<Record<FsckCheck, string>>>;

export type CheckedRegister = {
  readonly findings: Findings;
  readonly leaves: number;
  readonly rootHex: string;
  readonly unchecked: Unchecked;
};

/**
 * Holds every table of the register against its leaves: hashes, signatures, columns, idempotency, outcomes, labels,
 * producers' sequences, keys, blocks, the tree's nodes, checkpoints and head. Reads in one snapshot, so it may run while the ledger appends.
 */
export async function checkRegister(options: CheckRegisterOptions): Promise<CheckedRegister> {
  const { client } = options;
  await client.query("begin transaction isolation level repeatable read read only");
  try {
    return await new RegisterCheck(options, await headRow(client), await keyRows(client)).run();
  } finally {
    await client.query("rollback");
  }
}

class RegisterCheck {
  readonly #options: CheckRegisterOptions;
  readonly #head: HeadRow;
  readonly #findings = new Findings();
  readonly #tree = Frontier.empty();
  readonly #tiles = new TileRecorder();
  readonly #follower = new LeafFollower();
  readonly #early = new EarlyLeaves(this.#follower);
  readonly #keys: readonly KeyRow[];
  readonly #checker: EntryChecker;
  readonly #checkpoints: AsyncGenerator<CheckpointRow>;
  #checkpoint: CheckpointRow | null = null;
  #uncheckedLabels = 0;
  #outcomes = 0;
  /** How many leaves the last sound checkpoint covers: whatever is wrong begins there or later. */
  #held = 0;

  constructor(options: CheckRegisterOptions, head: HeadRow, keys: readonly KeyRow[]) {
    this.#options = options;
    this.#head = head;
    this.#keys = keys;
    this.#checker = entryChecker(keys);
    this.#checkpoints = checkpointRows(options.client, Number(head.size));
  }

  async run(): Promise<CheckedRegister> {
    const size = Number(this.#head.size);
    this.#checkpoint = await nextOf(this.#checkpoints);
    await this.#checkSigned();
    await this.#readLeaves(size);
    for (const tile of this.#tiles.partialTiles()) await this.#checkNodes(tile);
    const { client } = this.#options;
    const counts = { leaves: this.#tree.size, outcomes: this.#outcomes };
    await checkSideTables({ client, size, findings: this.#findings, early: this.#early }, counts);
    this.#checkHead(size);
    const [keys, labels] = [this.#checkKeys(size), this.#labelsUnchecked()];
    const unchecked = {
      ...this.#early.unchecked,
      ...(keys === null ? {} : { keys }),
      ...(labels === null ? {} : { labels }),
    };
    const rootHex = Buffer.from(this.#tree.root()).toString("hex");
    return { findings: this.#findings, leaves: this.#tree.size, rootHex, unchecked };
  }

  /** Why not all keys were held against leaves; null when they were. */
  #checkKeys(size: number): string | null {
    // What the leaves say that could not be read is not known.
    if (this.#tree.size < size) return "not all leaves were read";
    return checkKeys(this.#keys, this.#checker.keyChanges, this.#findings);
  }

  #labelsUnchecked(): string | null {
    if (this.#uncheckedLabels === 0) return null;
    return `what those of ${this.#uncheckedLabels} decisions say: their tenants' keys are not there`;
  }

  async #readLeaves(size: number): Promise<void> {
    const { client, onProgress } = this.#options;
    const [findings, follower] = [this.#findings, this.#follower];
    const onUncheckedLabels = (): void => void (this.#uncheckedLabels += 1);
    const context = { findings, follower, early: this.#early, onUncheckedLabels };
    const blocks = await BlockCheck.open(client, findings, size);
    for await (const row of leafRows(client, size)) {
      const index = this.#tree.size;
      if (Number(row.idx) !== index) break;
      const hash = checkLeaf(row, this.#checker.check(index, row.leaf), context);
      if (row.type === "outcome") this.#outcomes += 1;
      this.#tree.append(hash);
      for (const tile of this.#tiles.addLeaf(hash)) await this.#checkNodes(tile);
      await this.#checkSigned();
      await blocks.advance(this.#tree.size, follower.lowestOpenIndex ?? Infinity);
      if (index % PROGRESS_EVERY === 0) onProgress(index, size);
    }
    const { size: read } = this.#tree;
    if (read < size) this.#findings.add("leaves", read, "it is missing: what follows cannot be held against the tree");
  }

  /** What was signed over the leaves so far. */
  async #checkSigned(): Promise<void> {
    const { size } = this.#tree;
    while (this.#checkpoint !== null && Number(this.#checkpoint.size) === size) {
      this.#checkCheckpoint(this.#checkpoint);
      this.#checkpoint = await nextOf(this.#checkpoints);
    }
    const signed = this.#options.signedHead;
    if (signed?.size !== size || Buffer.from(this.#tree.root()).toString("base64") === signed.root) return;
    this.#findings.add("signed", null, `another root was signed for the first ${size} leaves`);
  }

  async #checkNodes(tile: RecordedTile): Promise<void> {
    if (tile.level === 0) {
      await this.#checkLeafTile(tile);
      return;
    }
    const first = tile.index * TILE_WIDTH;
    const kept = await nodeRows(this.#options.client, tile.level, first);
    const span = TILE_WIDTH ** tile.level;
    for (const [at, hash] of tile.hashes.entries()) {
      const node = kept.get(first + at);
      // Nodes follow the leaves within a second; one that is not kept yet is made when it is asked for.
      if (node !== undefined && !node.equals(hash)) {
        this.#findings.add(
          "nodes",
          (first + at) * span,
          `node ${first + at} of level ${tile.level} is not the leaves' root`,
        );
      }
    }
  }

  /** Of the nodes that proofs are made of, each level follows from the one below it. */
  async #checkLeafTile({ index, hashes }: RecordedTile): Promise<void> {
    if (hashes.length < TILE_WIDTH) return;
    const kept = await tileRow(this.#options.client, index);
    const nodes = Buffer.concat(treeLevels(hashes).slice(0, -1).flat());
    if (kept === null || kept.equals(nodes)) return;
    this.#findings.add("nodes", index * TILE_WIDTH, `what is kept of tile ${index} is not the leaves' tree`);
  }

  #checkCheckpoint(row: CheckpointRow): void {
    const at = Number(row.size);
    if (row.root.equals(this.#tree.root())) this.#held = at;
    else {
      const what = `the leaves below ${at} do not have the root that was signed for them; those below ${this.#held} do`;
      this.#findings.add("checkpoints", this.#held, what);
    }
    const { verifiers } = this.#options;
    if (verifiers.length === 0) return;
    const signing = { origin: this.#head.origin ?? "", verifiers, changes: this.#checker.keyChanges };
    const fault = noteFault(row, signing);
    if (fault !== null) this.#findings.add("checkpoints", at, fault);
  }

  #checkHead(size: number): void {
    const { signedHead } = this.#options;
    if (signedHead !== null && signedHead.size > size) {
      this.#findings.add(
        "signed",
        size,
        `the log has ${size} leaves, and ${signedHead.size} were signed: it was put back`,
      );
    }
    if (this.#tree.size !== size) return;
    if (!this.#head.root.equals(this.#tree.root()))
      this.#findings.add("head", null, "the head's root is not the leaves'");
    if (!this.#head.frontier.equals(this.#tree.toBytes()))
      this.#findings.add("head", null, "the head's frontier is not the leaves'");
  }
}

function entryChecker(rows: readonly KeyRow[]): EntryChecker {
  const producers = rows.flatMap(({ role, name, public_key: raw }) => {
    const key = publicKeyFromRaw(raw);
    return role === "producer" ? [[producerKeyId(key), { service: name, key }] as const] : [];
  });
  return new EntryChecker({ producers: new Map(producers), mayRecord });
}

async function nextOf<T>(generator: AsyncGenerator<T>): Promise<T | null> {
  const { done, value } = await generator.next();
  return done === true ? null : value;
}
