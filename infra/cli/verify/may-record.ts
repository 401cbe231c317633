import { eventTypeOf, FLOW } from "@signalbox/proto";

/** Whether the flow has this service record events of this payload type. */
export function mayRecord(service: string, payloadType: string): boolean {
  const records: readonly string[] = FLOW.find(({ stage }) => stage === service)?.records ?? [];
  return records.includes(eventTypeOf(payloadType) ?? "");
}
