import { LEDGER_CONSUMER } from "@signalbox/kit";
import { AUDIT_STREAM, LEDGER_STREAM } from "@signalbox/proto";
import type { JetStreamManager, StreamConfig } from "nats";
import { DiscardPolicy, RetentionPolicy, StorageType, nanos } from "nats";
import type { SignalboxConfig } from "../config/signalbox-config.ts";
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

/** What the operator's file says of them. */
export function streamLimitsOf({ limits, retention }: Pick<SignalboxConfig, "limits" | "retention">): StreamLimits {
  return {
    auditMaxBytes: limits.auditMaxBytes,
    auditMaxMessages: limits.auditMaxMessages,
    ledgerMaxAgeSeconds: retention.liveEventsMaxAgeSeconds,
    ledgerMaxBytes: retention.liveEventsMaxBytes,
  };
}

const DUPLICATE_WINDOW_MS = 2_000;
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

/** A consumer whose state is in files gives way to one that is kept in memory: its storage cannot be changed. */
async function ensureConsumer(manager: JetStreamManager): Promise<void> {
  const { name, consumer } = AUDIT_STREAM;
  const present = await manager.consumers.info(name, consumer).catch(() => null);
  if (present !== null && present.config.mem_storage !== true) await manager.consumers.delete(name, consumer);
  await manager.consumers.add(name, LEDGER_CONSUMER);
}
