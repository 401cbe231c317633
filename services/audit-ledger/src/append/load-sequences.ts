import type { Client } from "pg";
import { NumberSet } from "./number-set.ts";
import { Sequences } from "./sequences.ts";

type Row = { service: string; instance: string; ranges: [first: number, last: number][] };

/** Which of each producer's sequence numbers the register has seen. */
export async function loadSequences(client: Client): Promise<Sequences> {
  const { rows } = await client.query<Row>(
    `select service, instance, (select json_agg(json_build_array(lower(r), upper(r) - 1) order by r)
       from unnest(settled) as r) as ranges
     from ledger_sequence where not isempty(settled)`,
  );
  const sequences = new Sequences();
  sequences.apply(
    rows.map(({ service, instance, ranges }) => {
      return { service, instance, settled: new NumberSet(ranges.map(([first, last]) => ({ first, last }))) };
    }),
  );
  return sequences;
}
