import type { ClassifyItem } from "@signalbox/proto";
import type { NeutralMessage } from "./message.ts";
import type { NeutralRequest } from "./request.ts";
import { byteLengthOf, headWithin, tailWithin } from "./utf8-cut.ts";

export type TextView = ClassifyItem["view"];

const SEPARATOR = "\n\n";

/**
 * The text that a classifier reads: system text, the last user text, and the user text before that, newest last. When all of it is
 * more than `maxBytes` of UTF-8, the system text keeps its start in up to a quarter of the space, and the rest keeps what is newest.
 */
export function textViewOf(request: NeutralRequest, maxBytes: number): TextView {
  const system: string[] = [];
  const user: string[] = [];
  for (const message of request.messages) {
    if (message.role === "system" || message.role === "developer") system.push(textOf(message));
    else if (message.role === "user") user.push(textOf(message));
  }
  const lastUser = user.pop() ?? "";
  return cut({ system: system.join(SEPARATOR), conversation: user.join(SEPARATOR), lastUser }, maxBytes);
}

function textOf(message: NeutralMessage): string {
  const [first] = message.parts;
  if (message.parts.length === 1 && first?.kind === "text") return first.text;
  return message.parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n");
}

function cut(whole: Omit<TextView, "truncated">, maxBytes: number): TextView {
  const chars = whole.system.length + whole.conversation.length + whole.lastUser.length;
  // A UTF-16 unit is at most three bytes of UTF-8, so most requests need not be measured.
  if (chars * 3 <= maxBytes) return { ...whole, truncated: false };
  const systemBytes = byteLengthOf(whole.system);
  const restBytes = byteLengthOf(whole.conversation) + byteLengthOf(whole.lastUser);
  if (systemBytes + restBytes <= maxBytes) return { ...whole, truncated: false };
  const systemSpace = Math.max(Math.floor(maxBytes / 4), maxBytes - restBytes);
  const system = headWithin(whole.system, systemSpace);
  const lastUser = tailWithin(whole.lastUser, maxBytes - byteLengthOf(system));
  const conversation = tailWithin(whole.conversation, maxBytes - byteLengthOf(system) - byteLengthOf(lastUser));
  return { system, conversation, lastUser, truncated: true };
}
