import type { AttemptContext } from "./attempt.ts";
import type { ProviderAnswer } from "./call-provider.ts";
import type { Deadline } from "./deadline.ts";
import { readText } from "./read-text.ts";

type Reading = {
  readonly answer: ProviderAnswer;
  readonly context: Pick<AttemptContext, "answerMaxBytes" | "room">;
  readonly deadline: Deadline;
};

/** Reads an answer as a whole, within its bound and beside the others that are read: with its first piece it has begun. */
export function readWhole({ answer, context, deadline }: Reading): Promise<string> {
  return readText(answer.body, {
    maxBytes: context.answerMaxBytes,
    room: context.room,
    tooLarge: "refuse",
    onBytes: () => {
      deadline.begun();
      deadline.heard();
    },
  });
}
