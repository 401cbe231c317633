import type { AnswerTarget } from "../chat/answer-target.ts";
import type { AnswerSink } from "../chat/answer-writer.ts";
import type { ChatRequest } from "../chat/chat-request.ts";
import { PromptsAnswer } from "./prompts-answer.ts";

/** How many prompts of one request are under way at once. */
const PROMPTS_AT_ONCE = 8;

type PromptAnswering = {
  /** What retains the prompt and its answer; null: nothing does. */
  keepingOf(chat: ChatRequest): { readonly copy: AnswerSink; keep(): Promise<void> } | null;
  /** Never rejects. */
  answer(chat: ChatRequest, target: AnswerTarget): Promise<void>;
};

/** Answers several prompts as one request: each has a decision and an outcome of its own. */
export async function answerPrompts(
  chats: readonly ChatRequest[],
  client: AnswerTarget,
  { choicesEach, answering }: { choicesEach: number; answering: PromptAnswering },
): Promise<void> {
  const whole = new PromptsAnswer(client, { prompts: chats.length, choicesEach });
  const waiting = chats.entries();
  const work = async (): Promise<void> => {
    for (const [at, chat] of waiting) {
      if (whole.isOver) return;
      const keeping = answering.keepingOf(chat);
      await answering.answer(chat, whole.target(at, keeping?.copy ?? null));
      await keeping?.keep();
    }
  };
  await Promise.all(Array.from({ length: PROMPTS_AT_ONCE }, work));
}
