import type { UnsignedEvent } from "@signalbox/kit";
import { ReplayJob, SYSTEM_TENANT, type ReplayEvent } from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import type { Client } from "pg";

const IN_THE_LOG = "exists (select from ledger_leaf l where l.type = 'replay' and l.key_id = j.id::text)";
const MARK = `update replay_job j set is_recorded = true where not is_recorded and state <> 'running' and ${IN_THE_LOG}`;
const SELECT = `select job from replay_job j where not is_recorded and state <> 'running' and not ${IN_THE_LOG} order by id limit 100`;

/** The reports of replays that the log does not hold yet. Only the one sequencer may ask, between its transactions. */
export async function unsaidReports(client: Client): Promise<UnsignedEvent[]> {
  await client.query({ name: "mark-reports", text: MARK });
  const { rows } = await client.query<{ job: unknown }>({ name: "reports", text: SELECT });
  return rows.flatMap(({ job }) => {
    const parsed = ReplayJob.safeParse(job);
    // A report of another version stays unsaid: appending must not stop for it.
    return parsed.success ? [reportEvent(parsed.data)] : [];
  });
}

function reportEvent(job: ReplayJob): UnsignedEvent {
  const { order, state, replayed, identical, different, failed, range, checkpoint, engine } = job;
  const event: Omit<ReplayEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.replay.v1",
    tenant: SYSTEM_TENANT,
    requestId: null,
    jobId: job.id,
    kind: order.kind,
    state: state === "running" ? "failed" : state,
    of: job.tenant,
    range,
    checkpoint,
    engine,
    policy: order.policy,
    catalogue: order.catalogue ?? null,
    ...(order.classifier === undefined ? {} : { classifier: order.classifier }),
    replayed,
    identical,
    different,
    failed,
    report: sha256Digest(canonicalize(job, { numbers: "any" })),
  };
  return { type: "replay", event };
}
