import {
  AdminEvent,
  DecisionEvent,
  ErasureEvent,
  type EventType,
  FeedbackEvent,
  GapEvent,
  KeyEvent,
  OutcomeEvent,
  ReplayEvent,
  SupersededEvent,
} from "@signalbox/proto";
import type { z } from "zod";

/** The contract of each type of event. */
export const CONTRACTS = {
  decision: DecisionEvent,
  outcome: OutcomeEvent,
  superseded: SupersededEvent,
  gap: GapEvent,
  key: KeyEvent,
  admin: AdminEvent,
  feedback: FeedbackEvent,
  erasure: ErasureEvent,
  replay: ReplayEvent,
} as const satisfies Readonly<Record<EventType, z.ZodType>>;

/** An event of any type, beside the name of its type. */
export type AnyEvent = {
  [Type in EventType]: { readonly type: Type } & z.infer<(typeof CONTRACTS)[Type]>;
}[EventType];
