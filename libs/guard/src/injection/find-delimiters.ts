import type { Finding } from "../finding.ts";

/** Marks that delimit turns in the templates of chat models; a user has no reason to write one. */
const MARKS = [
  "<|im_start|>",
  "<|im_end|>",
  "<|system|>",
  "<|endoftext|>",
  "<|start_header_id|>",
  "<|eot_id|>",
  "<|begin_of_text|>",
  "[INST]",
  "[/INST]",
  "<<SYS>>",
  "<start_of_turn>",
  "<end_of_turn>",
  "### Instruction:",
  "### System:",
  "[SYSTEM]",
  "\nHuman:",
  "\nSystem:",
];

export function findDelimiters(text: string): Finding[] {
  const found: Finding[] = [];
  for (const mark of MARKS) {
    let at = text.indexOf(mark);
    while (at !== -1) {
      found.push({ type: "injection.delimiter", start: at, end: at + mark.length });
      at = text.indexOf(mark, at + mark.length);
    }
  }
  return found.toSorted((a, b) => a.start - b.start);
}
