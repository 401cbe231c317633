import type { LossList } from "./loss.ts";
import type { NeutralMessage } from "./message.ts";

/** A message with its path in the request that it comes from. */
export type PlacedMessage<M extends NeutralMessage = NeutralMessage> = { readonly message: M; readonly path: string };

/** The messages with all of the system's and the developer's at the start, for wires that take them nowhere else. */
export function systemFirst<M extends NeutralMessage>(
  messages: readonly M[],
  losses: LossList,
): readonly PlacedMessage<M>[] {
  const system: PlacedMessage<M>[] = [];
  const turns: PlacedMessage<M>[] = [];
  for (const [index, message] of messages.entries()) {
    const placed = { message, path: `messages[${index}]` };
    if (message.role !== "system" && message.role !== "developer") turns.push(placed);
    else {
      if (turns.length > 0) losses.add(placed.path, "system-place", "approximated");
      system.push(placed);
    }
  }
  return [...system, ...turns];
}
