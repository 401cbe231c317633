/** A decision and an outcome each: more than a full block. */
export const REQUESTS = 520;
/** After them: three producers' keys and a log's are registered, the log's is rotated, and its former one retired. */
const KEY_LEAVES = 6;
export const LEAVES = 2 * REQUESTS + KEY_LEAVES;
export const RETIRED = LEAVES - 2;
const ROTATED = LEAVES - 1;

const NEW_ID = "'00000000-0000-7000-8000-000000000000'";
const OF_LEAF = "request_id = (select request_id from ledger_leaf where idx =";
export const FLIP = "set_byte(leaf, 60, get_byte(leaf, 60) # 1)";

/** What is changed, how, and which check finds it at which leaf. */
export const CHANGES = [
  ["a bit of a leaf", `update ledger_leaf set leaf = ${FLIP} where idx = 7`, "leaves", 7],
  [
    "a bit of a leaf, with its hash made anew",
    `update ledger_leaf set leaf = ${FLIP}, leaf_hash = sha256('\\x00'::bytea || ${FLIP}) where idx = 7`,
    "signatures",
    7,
  ],
  ["a tenant's name", "update ledger_leaf set tenant = 'acme' where idx = 8", "columns", 8],
  ["a time", "update ledger_leaf set at_ms = at_ms + 1 where idx = 9", "columns", 9],
  ["an event's place", "update ledger_event set idx = 5 where idx = 4", "events", 4],
  ["an event's row", "delete from ledger_event where idx = 4", "events", 4],
  ["a request's outcome", "update ledger_request set outcome_idx = 0 where outcome_idx = 160", "outcomes", 160],
  ["a kept node", "update ledger_node set hash = sha256('') where n = 0", "nodes", 0],
  [
    "a node below it",
    "update ledger_tile set nodes = set_byte(nodes, 16000, 255 - get_byte(nodes, 16000))",
    "nodes",
    0,
  ],
  ["the head's root", "update ledger_head set root = sha256('')", "head", null],
  [
    "the head's frontier",
    "update ledger_head set frontier = set_byte(frontier, 0, 255 - get_byte(frontier, 0))",
    "head",
    null,
  ],
  ["a leaf that is gone", "delete from ledger_leaf where idx = 200", "leaves", 200],
  ["a leaf in another's place", "update ledger_leaf set idx = 2000 where idx = 299", "leaves", 299],
  ["a facet of a block", "update ledger_block set facets = array_remove(facets, 'model small')", "blocks", 0],
  ["a facet more", "update ledger_block set facets = facets || '{model large}'", "blocks", 0],
  ["the times of a block", "update ledger_block set to_ms = from_ms - 1", "blocks", 0],
] as const;

/** Rows beside the leaves that no leaf stands for, or that say something else than it; and what fsck says of each. */
export const BESIDE = [
  { sql: `insert into ledger_event values (${NEW_ID}, 5000, sha256(''))`, check: "events", index: 5000 },
  {
    sql: `update ledger_request set decision_id = ${NEW_ID} where outcome_idx = 60`,
    check: "outcomes",
    index: 60,
  },
  { sql: `insert into ledger_request values (${NEW_ID}, 5000, null)`, check: "outcomes", index: 5000 },
  { sql: `update ledger_label set tenant = 'acme' where ${OF_LEAF} 4)`, check: "labels", index: 4 },
  { sql: `update ledger_label set request_id = gen_random_uuid() where ${OF_LEAF} 5)`, check: "labels", index: null },
  {
    sql: `update ledger_label set labels = labels || '{"user": "bea"}' where ${OF_LEAF} 6)`,
    check: "labels",
    index: 6,
    says: "signed: user",
  },
  {
    sql: `update ledger_label set labels = labels - 'user' - 'tags' where ${OF_LEAF} 7)`,
    check: "labels",
    index: 7,
    says: "signed: user, tags",
  },
  {
    sql: "update ledger_log_key set retired_by = null where retired_by is not null",
    check: "keys",
    index: RETIRED,
    says: "kept as one that holds",
  },
  {
    sql: "update ledger_log_key set public_key = sha256('') where added_at = (select max(added_at) from ledger_log_key)",
    check: "keys",
    index: ROTATED,
    says: "kept as another",
  },
  {
    sql: "update ledger_sequence set settled = '{[1,7),[8,521)}' where service = 'dispatcher'",
    check: "sequences",
    index: null,
    says: "1 to 6",
  },
  {
    sql: "delete from ledger_sequence where service = 'policy'",
    check: "sequences",
    index: null,
    says: "no number of policy",
  },
  { sql: "insert into ledger_block values (1, 0, 0, '{}')", check: "blocks", index: 1024 },
  {
    sql: "insert into ledger_witnessed select min(size) from ledger_checkpoint",
    check: "witnessed",
    index: null,
  },
];

/** A column, what somebody puts into it beside the leaf at this index, and whether fsck may repeat that. */
export const COLUMNS = [
  { column: "event_id", value: NEW_ID, index: 4, isShown: true },
  { column: "type", value: "'superseded'", index: 5, isShown: true },
  { column: "tenant", value: "'acme'", index: 6, isShown: true },
  { column: "request_id", value: NEW_ID, index: 7, isShown: true },
  { column: "decision_id", value: NEW_ID, index: 8, isShown: true },
  { column: "at_ms", value: "'1234'", index: 9, isShown: true },
  { column: "key_id", value: "'key-2'", index: 10, isShown: true },
  { column: "kind", value: "'refuse'", index: 11, isShown: true },
  { column: "provider", value: "'elsewhere'", index: 12, isShown: true },
  { column: "model", value: "'large'", index: 13, isShown: true },
  { column: "reason", value: "'ada has asked'", index: 14, isShown: false },
  { column: "tags", value: "'{ada}'", index: 15, isShown: false },
  { column: "cost", value: "'1'", index: 60, isShown: true },
  { column: "decision_idx", value: "'999'", index: 61, isShown: true },
];
/** Columns that are never null. */
export const ALWAYS: ReadonlySet<string> = new Set(["event_id", "type", "tenant", "at_ms"]);
