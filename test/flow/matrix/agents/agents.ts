import type { Agent } from "./agent.ts";
import { chatAgent } from "./chat-agent.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { geminiCli } from "./gemini-cli.ts";

/** One for each dialect that agents speak. */
export const AGENTS: readonly Agent[] = [claudeCode, codex, geminiCli, chatAgent];
