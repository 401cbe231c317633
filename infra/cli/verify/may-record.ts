import { EVENT_TYPES, FLOW, PAYLOAD_TYPES } from "@signalbox/proto";

const TYPE_OF = new Map(EVENT_TYPES.map((type) => [PAYLOAD_TYPES[type] as string, type]));

/** Whether the flow has this service record events of this payload type. */
export function mayRecord(service: string, payloadType: string): boolean {
  const records: readonly string[] = FLOW.find(({ stage }) => stage === service)?.records ?? [];
  return records.includes(TYPE_OF.get(payloadType) ?? "");
}
