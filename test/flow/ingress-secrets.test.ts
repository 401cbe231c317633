import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { startLine } from "../kit/start-line.ts";
import { failure, startUpstream, streamed, whole } from "../kit/upstream.ts";

function canary(): string {
  return `canary-${randomBytes(12).toString("hex")}`;
}

/** A word as it is, and within base64 at each of the three places that it can begin at. */
function spellings(word: string): string[] {
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from(`${"-".repeat(shift)}${word}`)
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [word, ...encoded];
}

/** The files below a folder that hold one of the words: logs, streams, tables, documents. */
function filesWith(words: readonly string[], dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => {
    const path = join(dir, name);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
    const bytes = readFileSync(path);
    return words.flatMap(spellings).some((spelling) => bytes.includes(spelling));
  });
}

test("B15 neither prompts nor answers nor keys are found in any file of an installation", async () => {
  const [prompt, answer, broken] = [canary(), canary(), canary()];
  await using upstream = await startUpstream();
  await using line = await startLine({ upstream });
  const made = await line.api("/v1/keys", {
    method: "POST",
    headers: { authorization: `Bearer ${line.adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "canary" }),
  });
  const { key } = (await made.json()) as { key: string };
  const client = new OpenAI({ baseURL: `${line.baseUrl}/v1`, apiKey: key, maxRetries: 0 });
  const messages = [{ role: "user" as const, content: prompt }];

  upstream.next(whole(answer), streamed(answer), failure(500), failure(500));
  await client.chat.completions.create({ model: "auto", messages });
  await Array.fromAsync(await client.chat.completions.create({ model: "auto", messages, stream: true }));
  await expect(client.chat.completions.create({ model: "auto", messages })).rejects.toThrow("500");
  await expect(client.chat.completions.create({ model: "auto", messages, n: broken as never })).rejects.toThrow("400");
  const malformed = { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" } };
  await fetch(`${line.baseUrl}/v1/chat/completions`, { ...malformed, body: `{"messages": ${broken}` });
  // Postgres may compress what it keeps, so the register is read as well.
  const register = await (await line.api("/v1/decisions")).text();
  await line.stop();

  expect(register).toContain(`"decisionId"`);
  for (const word of [prompt, answer, broken, key]) expect(register).not.toContain(word);
  expect(filesWith(["signalbox.event.outcome"], line.home)).not.toEqual([]);
  expect(filesWith([prompt, answer, broken, key.slice(-43)], line.home)).toEqual([]);
  expect(line.stderr()).not.toMatch(/canary-[0-9a-f]/);
});
