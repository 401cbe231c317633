import { SignalboxError } from "@signalbox/proto";
import { answerChat } from "./answer-chat.ts";
import type { AnswerTarget } from "./answer-target.ts";
import type { ChatLine } from "./chat-line.ts";
import type { ChatRequest } from "./chat-request.ts";

/** Answers requests, and knows those under way; each ends with an answer and a record. */
export type Answering = {
  /** Never rejects. */
  answer(chat: ChatRequest, writer: AnswerTarget): Promise<void>;
  /** Resolves when the requests that are under way now have ended and are recorded. */
  settled(): Promise<void>;
};

export function createAnswering(line: ChatLine): Answering {
  const working = new Set<Promise<void>>();

  async function run(chat: ChatRequest, writer: AnswerTarget): Promise<void> {
    try {
      await answerChat(line, chat, writer);
    } catch (error) {
      line.log.error({ err: error, request: chat.facts.requestId }, "a request failed");
      writer.fail(SignalboxError.from(error));
    }
  }

  return {
    async answer(chat, writer) {
      const work = run(chat, writer);
      working.add(work);
      await work;
      working.delete(work);
    },
    async settled() {
      await Promise.all(working);
    },
  };
}
