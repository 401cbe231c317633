/**
 * How a host writes reasoning into the text of an answer, between `<think>` and `</think>` at its beginning. `leading`: where there is
 * any, it has both tags. `implied`: the template of its prompt ends with the opening tag, so that an answer has the closing one alone.
 */
export type ThinkTags = "leading" | "implied";

/** What is known of a text between two of its pieces. */
export type ThinkState =
  /** Blanks and the beginning of an opening tag so far. */
  | { readonly at: "start"; readonly held: string; readonly implied: boolean }
  /** `held` may be the beginning of the closing tag, with blanks before it. */
  | { readonly at: "inside"; readonly held: string; readonly begun: boolean }
  | { readonly at: "behind" }
  | { readonly at: "text" };

export type Thought = { readonly reasoning: string; readonly text: string };

const OPENING = "<think>";
const CLOSING = "</think>";
/** What stands before an opening tag; after more than this a text begins. */
const BLANKS_MAX = 64;
/** As many blanks before the closing tag are not said. */
const TRIMMED_MAX = 8;

const TEXT: ThinkState = { at: "text" };
const BEHIND: ThinkState = { at: "behind" };
const NOTHING: Thought = { reasoning: "", text: "" };

export function startThinking(tags: ThinkTags): ThinkState {
  return { at: "start", held: "", implied: tags === "implied" };
}

/** The next piece of a text, told apart; the blanks around tags are of no part. However a text is cut, its parts are the same. */
export function readThinking(state: ThinkState, piece: string): readonly [ThinkState, Thought] {
  switch (state.at) {
    case "start":
      return readStart(state, state.held + piece);
    case "inside":
      return readInside(state.begun ? state.held + piece : piece.trimStart(), state.begun);
    case "behind":
      return readBehind(piece);
    default:
      return [TEXT, { reasoning: "", text: piece }];
  }
}

/** What is held back when the text is over: a thought that was not closed is one all the same. */
export function endThinking(state: ThinkState): Thought {
  if (state.at === "start") return { reasoning: "", text: state.held };
  return state.at === "inside" ? { reasoning: state.held, text: "" } : NOTHING;
}

/** A whole text, told apart. */
export function splitThinking(tags: ThinkTags, text: string): Thought {
  const [state, said] = readThinking(startThinking(tags), text);
  const rest = endThinking(state);
  return { reasoning: said.reasoning + rest.reasoning, text: said.text + rest.text };
}

type Step = readonly [ThinkState, Thought];

function readStart(state: ThinkState & { at: "start" }, held: string): Step {
  const words = held.trimStart();
  const isEarly = held.length - words.length <= BLANKS_MAX;
  if (isEarly && words.startsWith(OPENING)) return readInside(words.slice(OPENING.length).trimStart(), false);
  if (isEarly && OPENING.startsWith(words)) return [{ ...state, held }, NOTHING];
  return state.implied ? readInside(words, false) : [TEXT, { reasoning: "", text: held }];
}

function readInside(said: string, before: boolean): Step {
  const begun = before || said !== "";
  const end = said.indexOf(CLOSING);
  if (end === -1) {
    const held = heldOf(said);
    return [
      { at: "inside", held, begun },
      { reasoning: said.slice(0, said.length - held.length), text: "" },
    ];
  }
  const thought = said.slice(0, end);
  const [state, { text }] = readBehind(said.slice(end + CLOSING.length));
  return [state, { reasoning: thought.slice(0, trimmedLength(thought, thought.length)), text }];
}

function readBehind(piece: string): Step {
  const text = piece.trimStart();
  return text === "" ? [BEHIND, NOTHING] : [TEXT, { reasoning: "", text }];
}

/** The end of a thought that may be the beginning of the closing tag, with the blanks before it. */
function heldOf(said: string): string {
  let tag = Math.min(CLOSING.length - 1, said.length);
  while (tag > 0 && !CLOSING.startsWith(said.slice(said.length - tag))) tag -= 1;
  return said.slice(trimmedLength(said, said.length - tag));
}

function trimmedLength(said: string, end: number): number {
  let at = end;
  while (at > 0 && end - at < TRIMMED_MAX && /\s/.test(said.charAt(at - 1))) at -= 1;
  return at;
}
