import type { AnswerWriter } from "./answer-writer.ts";

/** Where the answer to one request goes: a client's connection, or a place in an answer to several. */
export type AnswerTarget = Pick<
  AnswerWriter,
  "isGone" | "onGone" | "holdTo" | "setHeader" | "setContentType" | "send" | "write" | "onDrain" | "end" | "fail"
>;
