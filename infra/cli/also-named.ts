import { Option } from "commander";

/** The two words for a range by time, and those for one by the index of leaves, which the help of every command says. */
type Bound = "from" | "to" | "from-index" | "to-index";

/** A shorter or an older word for an option of a command. It is taken as that one, and the help does not name it. */
export function alsoNamed(
  word: "since" | "until" | "from" | "to",
  meant: Bound,
  parse: (text: string) => number,
): Option {
  const option = new Option(`--${word} <value>`).argParser(parse).hideHelp();
  const attribute = new Option(`--${meant} <value>`).attributeName();
  option.attributeName = () => attribute;
  return option;
}
