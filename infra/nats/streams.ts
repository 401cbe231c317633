import { AUDIT_STREAM, LEDGER_STREAM } from "@signalbox/proto";
import type { ConsumerConfig, JetStreamManager, StreamConfig } from "nats";
import { AckPolicy, DeliverPolicy, DiscardPolicy, ReplayPolicy, RetentionPolicy, StorageType, nanos } from "nats";
import { connectOperator } from "./connect-operator.ts";
import { MESSAGE_MAX_BYTES } from "./nats-conf.ts";

export type StreamLimits = {
  /** A full AUDIT queue refuses requests; it drops nothing. */
  readonly auditMaxBytes: number;
  readonly auditMaxMessages: number;
  /** The fan-out drops its oldest entries, because Postgres is the record. */
  readonly ledgerMaxAgeSeconds: number;
  readonly ledgerMaxBytes: number;
};

export const DEFAULT_STREAM_LIMITS: StreamLimits = {
  auditMaxBytes: 1024 ** 3,
  auditMaxMessages: 1_000_000,
  ledgerMaxAgeSeconds: 24 * 3_600,
  ledgerMaxBytes: 512 * 1024 ** 2,
};

const DUPLICATE_WINDOW_MS = 2_000;
/** What a killed ledger held comes back after this; a batch is committed and acknowledged in far less. */
const ACK_WAIT_MS = 5_000;
const ACK_PENDING_MAX = 1_024;
const API_TIMEOUT_MS = 10_000;
const RECONNECTS_MAX = 3;

/** Makes the streams and the ledger's durable consumer, or brings those that are there to these settings. */
export async function ensureStreams(operatorUrl: string, limits: StreamLimits = DEFAULT_STREAM_LIMITS): Promise<void> {
  const operator = await connectOperator(operatorUrl, {
    timeout: API_TIMEOUT_MS,
    maxReconnectAttempts: RECONNECTS_MAX,
  });
  try {
    const manager = await operator.jetstreamManager({ timeout: API_TIMEOUT_MS });
    await ensureStream(manager, auditStream(limits));
    await ensureStream(manager, ledgerStream(limits));
    await ensureConsumer(manager);
  } finally {
    await operator.close();
  }
}

/** A work queue, because a limits stream with `discard: new` was seen to lock itself once it had been full. */
function auditStream({ auditMaxBytes, auditMaxMessages }: StreamLimits): Partial<StreamConfig> & { name: string } {
  return {
    name: AUDIT_STREAM.name,
    subjects: [...AUDIT_STREAM.subjects],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_bytes: auditMaxBytes,
    max_msgs: auditMaxMessages,
    max_msg_size: MESSAGE_MAX_BYTES,
    num_replicas: 1,
    // Duplicates are found in Postgres; the window here is kept short because it costs memory.
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  };
}

function ledgerStream({ ledgerMaxAgeSeconds, ledgerMaxBytes }: StreamLimits): Partial<StreamConfig> & { name: string } {
  return {
    name: LEDGER_STREAM.name,
    subjects: [...LEDGER_STREAM.subjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(ledgerMaxAgeSeconds * 1_000),
    max_bytes: ledgerMaxBytes,
    max_msg_size: MESSAGE_MAX_BYTES,
    num_replicas: 1,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  };
}

async function ensureStream(
  manager: JetStreamManager,
  config: Partial<StreamConfig> & { name: string },
): Promise<void> {
  const exists = await manager.streams.info(config.name).then(
    () => true,
    () => false,
  );
  await (exists ? manager.streams.update(config.name, config) : manager.streams.add(config));
}

async function ensureConsumer(manager: JetStreamManager): Promise<void> {
  const settings = { ack_wait: nanos(ACK_WAIT_MS), max_ack_pending: ACK_PENDING_MAX, max_deliver: -1 };
  const config: Partial<ConsumerConfig> = {
    durable_name: AUDIT_STREAM.consumer,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ...settings,
  };
  const exists = await manager.consumers.info(AUDIT_STREAM.name, AUDIT_STREAM.consumer).then(
    () => true,
    () => false,
  );
  if (exists) await manager.consumers.update(AUDIT_STREAM.name, AUDIT_STREAM.consumer, settings);
  else await manager.consumers.add(AUDIT_STREAM.name, config);
}
