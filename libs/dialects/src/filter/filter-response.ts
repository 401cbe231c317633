import type { DialectName } from "@signalbox/proto";
import type { NeutralResponse } from "../neutral/response.ts";
import type { Source } from "../neutral/source.ts";
import { filterPart } from "./filter-parts.ts";
import type { OpenFilter, TextFilter } from "./text-filter.ts";

/** The source of an answer that is to be built anew for a caller of this dialect, because none of its own fields may go on. */
export function builtFor(dialect: DialectName): Source {
  return { dialect: dialect === "openai-chat" ? "gemini" : "openai-chat", body: {} };
}

/** An answer with all of its texts filtered: the very same one when no filter changed any, else one of the given source. */
export function filterResponse(response: NeutralResponse, open: OpenFilter, source: Source): NeutralResponse {
  let isSame = true;
  const watched: OpenFilter = (form) => watchChanges(open(form), () => (isSame = false));
  const choices = response.choices.map(({ index, parts, finish, stop }) => ({
    // Without `logprobs`: the tokens of a text that was changed say what it was.
    index,
    parts: parts.map((part) => filterPart(part, watched)),
    finish,
    ...(stop === undefined ? {} : { stop }),
  }));
  return isSame ? response : { ...response, source, choices };
}

/** Calls back when the text that came out is not the one that went in. */
function watchChanges(filter: TextFilter, onChange: () => void): TextFilter {
  let went = "";
  let came = "";
  return {
    push(piece) {
      went += piece;
      const text = filter.push(piece);
      came += text;
      return text;
    },
    end() {
      const rest = filter.end();
      if (went !== came + rest) onChange();
      return rest;
    },
  };
}
