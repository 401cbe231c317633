import type { LossList } from "../neutral/loss.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { FinishReason } from "../neutral/response.ts";

/** The text of a choice, which is all that this format has. `path` is that of the choice. */
export function textOfChoice(parts: readonly NeutralPart[], path: string, losses: LossList): string {
  let text = "";
  for (const [index, part] of parts.entries()) {
    const at = `${path}.parts[${index}]`;
    if (part.kind === "text") {
      text += part.text;
      if (part.annotations !== undefined) losses.add(`${at}.annotations`, "citation", "no-equivalent");
      if (part.state !== undefined) losses.add(`${at}.state`, "text-signature", "foreign");
    } else if (part.kind === "refusal") {
      text += part.text;
      losses.add(at, "refusal", "approximated");
    } else
      losses.add(
        at,
        part.kind === "other" ? part.type : part.kind,
        part.kind === "other" ? "foreign" : "no-equivalent",
      );
  }
  return text;
}

/** The reasons that this format knows: a call that it cannot show ends the text like any other. */
export function renderFinish(finish: FinishReason): "stop" | "length" | "content_filter" {
  return finish === "length" || finish === "content_filter" ? finish : "stop";
}
