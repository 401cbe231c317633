import { parseEnvelope } from "@signalbox/tlog";
import type { Client } from "pg";
import { OpenRequests, type OpenRequest } from "./open-requests.ts";

type Row = { idx: string; request_id: string; decision_id: string; tenant: string; leaf: Buffer };

/**
 * Finds the open requests in the log. An outcome closes all decisions of its request in its own transaction, so those
 * of a request without an outcome are the open ones, and none is older than the head's `open_from`.
 */
export async function loadOpenRequests(
  client: Client,
  options: { from: number; nowMs: number },
): Promise<OpenRequests> {
  const { rows } = await client.query<Row>(
    `select idx, request_id, decision_id, tenant, leaf from ledger_leaf
     where idx >= $1 and type = 'decision'
       and not exists (select from ledger_request r where r.request_id = ledger_leaf.request_id)
     order by idx`,
    [options.from],
  );
  const requests = new Map<string, OpenRequest>();
  for (const row of rows) {
    const { request_id: requestId, tenant } = row;
    const decisions = requests.get(requestId)?.decisions ?? [];
    const decision = { decisionId: row.decision_id, index: Number(row.idx) };
    requests.set(requestId, {
      requestId,
      tenant,
      stream: streamed(row.leaf),
      openedAtMs: options.nowMs,
      decisions: [...decisions, decision],
    });
  }
  const open = new OpenRequests();
  open.apply({ opened: requests, closed: new Set() });
  return open;
}

function streamed(leaf: Buffer): boolean {
  const payload = Buffer.from(parseEnvelope(leaf)?.payload ?? "{}").toString("utf8");
  const event = JSON.parse(payload) as { input?: { facts?: { stream?: boolean } } };
  return event.input?.facts?.stream === true;
}
