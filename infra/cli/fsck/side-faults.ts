import { keyOf, loadSequences, type Sequence } from "@signalbox/audit-ledger/derived";
import type { Client } from "pg";
import type { EarlyLeaves } from "./early-leaves.ts";
import type { Findings } from "./finding.ts";

/** As many as are listed, with one more. */
const ROWS_MAX = 21;

/** What the leaves come to that side tables are counted against. */
type LeafCounts = { readonly leaves: number; readonly outcomes: number };

type SideFaultsContext = {
  readonly client: Client;
  readonly findings: Findings;
  readonly early: EarlyLeaves;
  /** How many leaves the head says there are. */
  readonly size: number;
};

/** Finds rows of the side tables that no leaf stands for; each leaf's own rows were held against it before. */
export async function checkSideTables(context: SideFaultsContext, { leaves, outcomes }: LeafCounts): Promise<void> {
  const { client, findings, size } = context;
  const { rows } = await client.query<Record<"events" | "outcomes" | "beyond", string>>(
    `select (select count(*) from ledger_event) as events, (select count(*) from ledger_request) as outcomes,
       (select count(*) from ledger_leaf where idx < 0 or idx >= $1) as beyond`,
    [String(size)],
  );
  const [row] = rows;
  if (Number(row?.events) !== leaves) {
    findings.add("events", null, `${row?.events} event ids for ${leaves} leaves`);
    for (const { id, idx } of await strayRows(client, EVENTS)) {
      findings.add("events", Number(idx), `event ${id} is said to stand here, and does not`);
    }
  }
  if (Number(row?.outcomes) !== outcomes) {
    findings.add("outcomes", null, `${row?.outcomes} requests with an outcome for ${outcomes} outcomes`);
    for (const { id, idx } of await strayRows(client, OUTCOMES)) {
      findings.add("outcomes", Number(idx), `the outcome of request ${id} is said to stand here, and does not`);
    }
  }
  if (Number(row?.beyond) > 0) findings.add("leaves", size, `${row?.beyond} leaves stand beyond the head`);
  for (const { id } of await strayRows(client, LABELS)) {
    findings.add("labels", null, `request ${id} has labels, and no leaf`);
  }
  for (const { idx } of await strayRows(client, WITNESSED)) {
    findings.add(
      "witnessed",
      null,
      `the first ${idx} leaves count as witnessed, and no checkpoint of them is cosigned`,
    );
  }
  // What the leaves that could not be read would have settled is not known.
  if (leaves === size) await checkSequences(context);
}

const EVENTS = `
  select e.event_id as id, e.idx from ledger_event e
  left join ledger_leaf l on l.idx = e.idx and l.event_id = e.event_id where l.idx is null order by e.idx`;
const OUTCOMES = `
  select r.request_id as id, r.outcome_idx as idx from ledger_request r
  left join ledger_leaf l on l.idx = r.outcome_idx and l.request_id = r.request_id and l.type = 'outcome'
  where l.idx is null order by r.outcome_idx`;
/** Nearly all requests have their outcome, which is found by one key. */
const LABELS = `
  select b.request_id as id, null as idx from ledger_label b
  where not exists (select from ledger_request r where r.request_id = b.request_id)
    and not exists (select from ledger_leaf l where l.request_id = b.request_id)`;
const WITNESSED = `
  select null as id, w.size as idx from ledger_witnessed w
  where not exists (select from ledger_checkpoint c join ledger_cosignature s using (size) where c.size = w.size)
  order by w.size`;

async function strayRows(client: Client, query: string): Promise<{ id: string; idx: string }[]> {
  return (await client.query<{ id: string; idx: string }>(`${query} limit ${ROWS_MAX}`)).rows;
}

async function checkSequences({ client, findings, early }: SideFaultsContext): Promise<void> {
  const said = new Map(early.sequences().map((sequence) => [keyOf(sequence.service, sequence.instance), sequence]));
  for (const sequence of (await loadSequences(client)).values()) {
    const key = keyOf(sequence.service, sequence.instance);
    const fault = sequenceFault(sequence, said.get(key));
    if (fault !== null) findings.add("sequences", null, fault);
    said.delete(key);
  }
  for (const sequence of said.values()) {
    if (!early.needsRow(sequence)) continue;
    const { service, instance } = sequence;
    findings.add("sequences", null, `no number of ${service} ${instance} is said to have been seen`);
  }
}

function sequenceFault({ service, instance, settled }: Sequence, said: Sequence | undefined): string | null {
  const [kept, derived] = [settled.ranges, said?.settled.ranges ?? []];
  for (let at = 0; at < Math.max(kept.length, derived.length); at += 1) {
    const [a, b] = [kept[at], derived[at]];
    if (a?.first === b?.first && a?.last === b?.last) continue;
    const [is, says] = [a, b].map((range) => (range === undefined ? "none" : `${range.first} to ${range.last}`));
    return `of ${service} ${instance} the numbers ${is} were seen, it is said, and the leaves say ${says}`;
  }
  return null;
}
