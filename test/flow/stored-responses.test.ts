import { createOpenAI } from "@ai-sdk/openai";
import type { ServerWritableStream } from "@grpc/grpc-js";
import type { DispatchFrame, DispatchRequest } from "@signalbox/proto/grpc/dispatcher";
import { generateText, type ModelMessage } from "ai";
import { sql } from "kysely";
import OpenAI, { BadRequestError, NotFoundError } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dispatchTo, startIngressRig, type IngressRig } from "./ingress-rig.ts";

type Call = ServerWritableStream<DispatchRequest, DispatchFrame>;
type Body = Record<string, unknown> & { input: { role?: string; type?: string }[] };

const SECRET = "The treasure lies beneath the oak.";
const ANSWER = "I shall remember it.";
const ENTRY_MAX_BYTES = 8_192;

let rig: IngressRig;
/** What the dispatcher was sent, oldest first. */
let sent: Body[] = [];

beforeAll(async () => {
  rig = await startIngressRig(
    { dispatcher: answer },
    { responses: { tenants: ["alice"], entryMaxBytes: ENTRY_MAX_BYTES } },
  );
  await rig.playLine(() => dispatchTo(rig.address));
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach(() => {
  sent = [];
});

const clientOf = (apiKey: string): OpenAI => new OpenAI({ baseURL: `${rig.baseUrl}/v1`, apiKey, maxRetries: 0 });
const alice = (): OpenAI => clientOf(rig.memberKey);
const bob = (): OpenAI => clientOf(rig.otherTenantKey);
const kept = { model: "auto", store: true } as const;

/** The response that a provider gives to everything, under an id that is always the same, as some hosts do. */
function responseTo(body: Body): Record<string, unknown> {
  const content = [{ type: "output_text", text: ANSWER, annotations: [] }];
  const item = { id: "msg_1", type: "message", role: "assistant", status: "completed", content };
  const { store, previous_response_id: previous = null } = body;
  const head = { id: "resp_upstream", object: "response", created_at: 1, status: "completed", model: "m" };
  const usage = { input_tokens: 9, output_tokens: 5, total_tokens: 14 };
  return { ...head, output: [item], store, previous_response_id: previous, usage };
}

/** Plays the dispatcher: whole, or as a stream whose frames come in pieces that are cut anywhere. */
function answer(call: Call): void {
  const body = JSON.parse(call.request.body.toString()) as Body;
  sent.push(body);
  const response = responseTo(body);
  const { frames, tail } =
    body["stream"] === true ? streamOf(response) : { frames: JSON.stringify(response), tail: "" };
  for (let from = 0; from < frames.length; from += 50) {
    call.write({ frame: { $case: "content", value: Buffer.from(frames.slice(from, from + 50)) } });
  }
  call.write({ frame: { $case: "final", value: { tail: Buffer.from(tail) } } });
  call.end();
}

function streamOf(response: Record<string, unknown>): { frames: string; tail: string } {
  const [item] = response["output"] as object[];
  const started = { ...response, status: "in_progress", output: [] };
  const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const part = { type: "output_text", text: "", annotations: [] };
  const frames = [
    event("response.created", { response: started, sequence_number: 0 }),
    event("response.output_item.added", { item: { ...item, content: [] }, output_index: 0 }),
    event("response.content_part.added", { ...place, part }),
    event("response.output_text.delta", { ...place, delta: ANSWER }),
    event("response.output_item.done", { item, output_index: 0 }),
  ];
  // Some hosts leave the output of the last event empty.
  return { frames: frames.join(""), tail: event("response.completed", { response: { ...response, output: [] } }) };
}

function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

const count = async (): Promise<number> => {
  const { rows } = await sql<{ n: string }>`select count(*) as n from stored_response`.execute(rig.db);
  return Number(rows[0]!.n);
};

describe("a response that is to be kept", () => {
  test("is gone on from, retrieved with its items and deleted by its tenant", async () => {
    const first = await alice().responses.create({ ...kept, input: SECRET });
    expect(first).toMatchObject({ id: expect.stringMatching(/^resp_[0-9a-f]{32}$/), store: true, output_text: ANSWER });
    const second = await alice().responses.create({ ...kept, input: "Where?", previous_response_id: first.id });
    expect(second.id).not.toBe(first.id);
    expect(second.previous_response_id).toBe(first.id);
    expect(sent[1]).toMatchObject({
      store: false,
      input: [{ role: "user", content: SECRET }, { role: "assistant" }, { role: "user", content: "Where?" }],
    });
    expect(sent[1]).not.toHaveProperty("previous_response_id");
    const third = await alice().responses.create({ ...kept, input: "Sure?", previous_response_id: second.id });
    expect(sent[2]!.input).toHaveLength(5);

    const read = await alice().responses.retrieve(second.id);
    expect(read).toMatchObject({ id: second.id, previous_response_id: first.id, output_text: ANSWER });
    const items = await Array.fromAsync(alice().responses.inputItems.list(second.id, { order: "asc", limit: 2 }));
    expect(items).toMatchObject([
      { type: "message", role: "user", content: [{ type: "input_text", text: SECRET }] },
      { id: "msg_1", role: "assistant" },
      { role: "user" },
    ]);

    await alice().responses.delete(first.id);
    await expect(alice().responses.retrieve(first.id)).rejects.toBeInstanceOf(NotFoundError);
    await expect(alice().responses.delete(first.id)).rejects.toBeInstanceOf(NotFoundError);
    // What goes on from it holds the whole conversation itself.
    await alice().responses.create({ model: "auto", input: "Really?", previous_response_id: third.id });
    expect(sent[3]!.input).toHaveLength(7);
  });

  test("goes down the line with the numbers of its tools as they were written", async () => {
    const parameters = '{"type":"object","properties":{"n":{"type":"number","maximum":1e400}}}';
    const tools = `[{"type":"function","name":"f","parameters":${parameters}}]`;
    const { status } = await fetch(`${rig.baseUrl}/v1/responses`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${rig.memberKey}` },
      body: `{"model":"auto","store":true,"input":"Go","tools":${tools}}`,
    });
    expect(status).toBe(200);
    expect(sent[0]).toMatchObject({ tools: [{ parameters: { properties: { n: { maximum: Infinity } } } }] });
  });

  test("asks for reasoning in a form that the next turn can send back, where there will be some", async () => {
    await alice().responses.create({ ...kept, input: SECRET, reasoning: { effort: "low" } });
    await alice().responses.create({ ...kept, input: SECRET });
    expect(sent[0]).toMatchObject({ include: ["reasoning.encrypted_content"] });
    expect(sent[1]).not.toHaveProperty("include");
  });

  test("is kept from a stream too, before the stream's end is told", async () => {
    const stream = alice().responses.stream({ ...kept, input: SECRET });
    const ids = new Set<string>();
    for await (const each of stream) if ("response" in each) ids.add(each.response.id);
    const final = await stream.finalResponse();
    expect([...ids]).toEqual([final.id]);
    expect(final).toMatchObject({ store: true, output_text: ANSWER });
    expect(await alice().responses.retrieve(final.id)).toMatchObject({ id: final.id, output_text: ANSWER });
  });

  test("is another tenant's to nobody", async () => {
    const { id } = await alice().responses.create({ ...kept, input: SECRET });
    const items = (): Promise<unknown> => Array.fromAsync(bob().responses.inputItems.list(id));
    await expect(bob().responses.retrieve(id)).rejects.toMatchObject({ status: 404, code: "not_found" });
    await expect(bob().responses.delete(id)).rejects.toMatchObject({ status: 404 });
    await expect(bob().responses.cancel(id)).rejects.toMatchObject({ status: 404 });
    await expect(items()).rejects.toMatchObject({ status: 404 });
    const asked = bob().responses.create({ model: "auto", input: "Where?", previous_response_id: id });
    await expect(asked).rejects.toMatchObject({
      status: 400,
      code: "previous_response_not_found",
      param: "previous_response_id",
    });
    expect((await alice().responses.retrieve(id)).id).toBe(id);
    await expect(alice().responses.cancel(id)).rejects.toBeInstanceOf(BadRequestError);
  });

  test("stands in the table without a word of it", async () => {
    const { id } = await alice().responses.create({ ...kept, input: SECRET });
    const { rows } = await sql<{ row: string; sealed: Buffer }>`
      select stored_response::text as row, sealed from stored_response where id = ${id}`.execute(rig.db);
    expect(rows).toHaveLength(1);
    for (const word of ["treasure", "remember", "output_text", "input"]) {
      expect(rows[0]!.row).not.toContain(word);
      expect(rows[0]!.sealed.includes(word)).toBe(false);
    }
  });

  test("is gone when its lifetime is over", async () => {
    const { id } = await alice().responses.create({ ...kept, input: SECRET });
    await sql`update stored_response set created_at = 'epoch', expires_at = now() where id = ${id}`.execute(rig.db);
    await expect(alice().responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    const asked = alice().responses.create({ model: "auto", input: "Where?", previous_response_id: id });
    await expect(asked).rejects.toMatchObject({ status: 400, code: "previous_response_not_found" });
  });
});

const refer = (id: string): OpenAI.Responses.ResponseInputItem => ({ type: "item_reference", id });
const asking = (...items: OpenAI.Responses.ResponseInputItem[]): OpenAI.Responses.ResponseCreateParamsNonStreaming => {
  return { model: "auto", input: [{ role: "user", content: "Where?" }, ...items] };
};

describe("a request that refers to items of responses that are kept", () => {
  test("goes down the line with the items, whichever provider will answer", async () => {
    await alice().responses.create({ ...kept, input: SECRET });
    await alice().responses.create(asking(refer("msg_1")));
    expect(sent[1]!.input).toMatchObject([{ role: "user" }, { role: "assistant", content: [{ text: ANSWER }] }]);
    expect(rig.seen.at(-1)?.facts).not.toHaveProperty("ownForm");
    // What nobody has kept here stays for a provider that may have.
    await alice().responses.create(asking(refer("msg_1"), refer("msg_9")));
    expect(sent[2]!.input.map(({ type }) => type)).toEqual([undefined, "message", "item_reference"]);
    expect(rig.seen.at(-1)?.facts).toMatchObject({ ownForm: true });
  });

  test("is what the AI SDK sends when it is told that responses are kept", async () => {
    globalThis.AI_SDK_LOG_WARNINGS = false;
    const openai = createOpenAI({ baseURL: `${rig.baseUrl}/v1`, apiKey: rig.memberKey });
    const asked = { model: openai.responses("auto"), providerOptions: { openai: { store: true } }, maxRetries: 0 };
    const first: ModelMessage = { role: "user", content: SECRET };
    const { response } = await generateText({ ...asked, messages: [first] });
    const next: ModelMessage = { role: "user", content: "Where?" };
    const { text } = await generateText({ ...asked, messages: [first, ...response.messages, next] });
    expect(text).toBe(ANSWER);
    expect(sent[1]!.input).toMatchObject([{ role: "user" }, { id: "msg_1", role: "assistant" }, { role: "user" }]);
  });

  test("can itself be kept, with them", async () => {
    await alice().responses.create({ ...kept, input: SECRET });
    const { id } = await alice().responses.create({ ...asking(refer("msg_1")), ...kept });
    const { data } = await alice().responses.inputItems.list(id, { order: "asc" });
    expect(data).toMatchObject([{ role: "user" }, { id: "msg_1", role: "assistant" }]);
  });

  test("is given none of another tenant, and none of a response that was deleted", async () => {
    const { id } = await alice().responses.create({ ...kept, input: SECRET });
    await bob().responses.create(asking(refer("msg_1")));
    expect(sent[1]!.input.map(({ type }) => type)).toEqual([undefined, "item_reference"]);
    await alice().responses.delete(id);
    await alice().responses.create(asking(refer("msg_1")));
    expect(sent[2]!.input.map(({ type }) => type)).toEqual([undefined, "item_reference"]);
  });
});

describe("nothing is kept", () => {
  test("of a tenant whose retention does not allow it, and the answer says so", async () => {
    const before = await count();
    const { data, response } = await bob()
      .responses.create({ ...kept, input: SECRET })
      .withResponse();
    expect(data).toMatchObject({ id: "resp_upstream", store: false, output_text: ANSWER });
    expect(response.headers.get("x-signalbox-translation")).toBe("lossy; count=1; store stored-response no-equivalent");
    expect(sent[0]).toMatchObject({ store: false });
    expect(await count()).toBe(before);
  });

  test("unless it is asked for", async () => {
    const before = await count();
    await alice().responses.create({ model: "auto", input: SECRET });
    await alice().responses.create({ model: "auto", input: SECRET, store: false });
    expect(await count()).toBe(before);
  });

  test("of a conversation that is too large, and the answer says so", async () => {
    const before = await count();
    const input = "word ".repeat(ENTRY_MAX_BYTES / 4);
    expect(await alice().responses.create({ ...kept, input })).toMatchObject({ store: false, output_text: ANSWER });
    expect(await count()).toBe(before);
  });

  test("for later: a request for the background is answered at once", async () => {
    const asked = alice()
      .responses.create({ ...kept, input: SECRET, background: true })
      .withResponse();
    const { data, response } = await asked;
    expect(data).toMatchObject({ status: "completed", store: true });
    expect(response.headers.get("x-signalbox-translation")).toContain("background");
    expect(sent[0]).not.toHaveProperty("background");
  });
});

test("what a decision holds a conversation to is kept with it, and told of whatever goes on from it", async () => {
  await using held = await startIngressRig({ dispatcher: answer }, { responses: { tenants: ["*"] } });
  const residency = [{ regions: ["eu-*"] }, { noTraining: true as const }];
  await held.playLine(() => ({ ...dispatchTo(held.address), residency }));
  const client = new OpenAI({ baseURL: `${held.baseUrl}/v1`, apiKey: held.memberKey, maxRetries: 0 });
  const first = await client.responses.create({ ...kept, input: SECRET });
  const stream = await client.responses.create({
    ...kept,
    input: "And?",
    previous_response_id: first.id,
    stream: true,
  });
  let second = "";
  for await (const each of stream) if (each.type === "response.completed") second = each.response.id;
  await client.responses.create({ model: "auto", input: "So?", previous_response_id: second });
  await client.responses.create({ model: "auto", input: "Another thing" });
  expect(held.seen.map(({ route }) => route.residency)).toEqual([undefined, residency, residency, undefined]);
});
