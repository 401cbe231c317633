/**
 * Goal: who asks for a model that the line has no host for is told who serves it and which variable to set, in the words of the
 * caller's dialect and beside its own 404. The hosts come from the document that the start writes.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uuidv7 } from "@signalbox/kit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

const HOST = "openai (set OPENAI_API_KEY)";
const MESSAGES = [{ role: "user", content: "Hello there." }];

let rig: IngressRig;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "signalbox-hosts-"));
  const hostsPath = join(dir, "hosts.json");
  const many = Array.from({ length: 9 }, (_, at) => `host-${at} (set KEY_${at})`);
  await writeFile(hostsPath, JSON.stringify({ "gpt-4o": [HOST], "openai/gpt-4o": [HOST], "at-many": many }));
  rig = await startIngressRig({}, { hostsPath });
  await rig.playLine(({ facts }) => {
    const code = facts.model === "refused" ? "policy-refused" : "model-not-found";
    const message = `The model '${facts.model}' is not in the catalogue.`;
    return { kind: "refused", decisionId: uuidv7(), error: { code, message, details: { param: "model" } } };
  });
});

afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

function ask(path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${rig.memberKey}`, "content-type": "application/json" };
  return fetch(`${rig.baseUrl}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...headers, ...(path.includes("/messages") ? { "anthropic-version": "2023-06-01" } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const GEMINI = { contents: [{ role: "user", parts: [{ text: "Hello there." }] }] };

test.each([
  ["/v1/chat/completions", { model: "gpt-4o", messages: MESSAGES }, { code: "model_not_found" }],
  ["/v1/chat/completions", { model: "gpt-4o", messages: MESSAGES, stream: true }, { code: "model_not_found" }],
  ["/v1/responses", { model: "openai/gpt-4o", input: "Hello there." }, { code: "model_not_found" }],
  ["/v1/completions", { model: "gpt-4o", prompt: ["Hello", "there."] }, { code: "model_not_found" }],
  ["/v1/messages", { model: "gpt-4o", messages: MESSAGES, max_tokens: 9 }, { type: "not_found_error" }],
  ["/v1beta/models/gpt-4o:generateContent", GEMINI, { status: "NOT_FOUND" }],
  ["/v1/models/gpt-4o", undefined, { code: "model_not_found" }],
])("%s names who serves the model", async (...[path, body, error]) => {
  const response = await ask(path, body);
  expect(response.status).toBe(404);
  const answer = (await response.json()) as { error: { message: string } };
  expect(answer).toMatchObject({ error });
  expect(answer.error.message).toContain(`Hosts that would serve it: ${HOST}.`);
});

test("of many hosts some are named, and how many more there are", async () => {
  const { error } = (await (await rig.post({ model: "at-many", messages: MESSAGES })).json()) as {
    error: { message: string };
  };
  expect(error.message).toContain("host-5 (set KEY_5) and 3 more.");
});

test.each(["refused", "no-such-model", "__proto__"])("of %s nothing is added", async (model) => {
  const { error } = (await (await rig.post({ model, messages: MESSAGES })).json()) as { error: { message: string } };
  expect(error.message).toBe(`The model '${model}' is not in the catalogue.`);
});
