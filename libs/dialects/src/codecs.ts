import type { DialectName } from "./neutral/request.ts";
import { openaiChat } from "./openai-chat/codec.ts";

/** The codec of each dialect. A new one is a new folder and a new line here. */
export const CODECS = { "openai-chat": openaiChat } as const satisfies Record<DialectName, unknown>;
