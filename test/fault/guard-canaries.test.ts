import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectOperator } from "@signalbox/infra/nats/connect-operator.ts";
import { Client } from "pg";
import { expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { json, startUpstream, streamed, whole } from "../kit/upstream.ts";

const word = (): string => randomBytes(18).toString("hex");
const CANARIES = {
  "key in a prompt": `ghp_${word()}`,
  "address in a prompt": `a${word()}@mail.example.org`,
  "key in an answer": `ghp_${word()}`,
  "key in a streamed answer": `ghp_${word()}`,
  "key of a provider": `sk-${word()}`,
  "wrong bearer token": `sb-${word()}`,
  "wrong x-api-key": word(),
  "key in a URL": word(),
  cookie: word(),
  "user agent": word(),
  signal: word(),
  "refused cache header": word(),
  "refused tag": `t${word().repeat(4)}`,
  "trace context": word(),
  "refused beta": `${word()} ${word()}`,
  "broken body": word(),
  "refused field": word(),
  "parameter name": word(),
  "model's name": `tok-${word()}`,
  "token's subject": word(),
  "token's key": word(),
};
type Canary = keyof typeof CANARIES;

const GUARDRAILS = {
  enabled: true,
  request: {
    rules: [
      { match: "secret.*", action: "block" },
      { match: "pii.email", action: "redact" },
    ],
  },
  answer: { rules: [{ match: "secret.*", action: "block" }] },
};

/** Nobody answers there, so that its keys cannot be read. */
const ISSUER = { issuer: "http://127.0.0.1:9/id", audience: "signalbox", tenant: "default" };

function tokenOf(issuer: string): string {
  const head = { alg: "ES256", kid: CANARIES["token's key"] };
  const claims = { iss: issuer, aud: "signalbox", sub: CANARIES["token's subject"] };
  return [head, claims, CANARIES["token's key"]]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
}

const OUTCOME = "signalbox.event.outcome.v1";

/** A text as it is, within base64 at each of the three places that it can begin at, and each of these as hexadecimal digits. */
function spellings(text: string): string[] {
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from(`${"-".repeat(shift)}${text}`)
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4),
  );
  const plain = [text, ...encoded];
  return [...plain, ...plain.map((each) => Buffer.from(each).toString("hex"))];
}
const SPELLINGS = (Object.entries(CANARIES) as [Canary, string][]).map(
  ([name, text]) => [name, spellings(text)] as const,
);

function canariesIn(text: string | Buffer): Canary[] {
  return SPELLINGS.filter(([, spelt]) => spelt.some((each) => text.includes(each))).map(([name]) => name);
}

type Seen = { readonly subject: string; readonly data: Buffer };

/** Everything that passes over the bus, requests and replies included. */
async function listen(line: TestLine, stack: AsyncDisposableStack): Promise<Seen[]> {
  const bus = stack.adopt(await connectOperator(line.natsUrl), (each) => each.close());
  const seen: Seen[] = [];
  bus.subscribe(">", {
    callback: (_error, { subject, data }) => void seen.push({ subject, data: Buffer.from(data) }),
  });
  await bus.flush();
  return seen;
}

/** Every row of every table, with what PostgreSQL has compressed or moved elsewhere. */
async function tableTexts(databaseUrl: string): Promise<Record<string, string>> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    );
    const texts: Record<string, string> = {};
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      texts[name] = rows.map(({ row }) => row).join("\n");
    }
    return texts;
  } finally {
    await client.end();
  }
}

function filesWithCanaries(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    const path = join(dir, name);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return [];
    return canariesIn(readFileSync(path)).map((canary) => `${name}: ${canary}`);
  });
}

function chat(content: string, more: object = {}): object {
  return { model: "auto", messages: [{ role: "user", content }], ...more };
}

test("B15 no secret in a prompt, an answer, a header or a key is found in any log, record, subject, table or metric", async () => {
  await using stack = new AsyncDisposableStack();
  const upstream = stack.use(await startUpstream());
  const providers = {
    upstream: {
      baseUrl: upstream.baseUrl,
      apiKeyEnv: "CANARY_PROVIDER_KEY",
      models: [{ id: "small", price: { inputUsdPerMillion: 0.1, outputUsdPerMillion: 0.4 } }],
    },
  };
  const line = stack.use(
    await startLine({
      config: { providers, guardrails: GUARDRAILS, identity: { issuers: [ISSUER] }, log: { level: "trace" } },
      env: { CANARY_PROVIDER_KEY: CANARIES["key of a provider"] },
    }),
  );
  const bus = await listen(line, stack);

  async function post(body: unknown, headers: Record<string, string> = {}, path = "/v1/chat/completions") {
    const answer = await line.api(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }
  const tooled = {
    model: "auto",
    messages: [
      { role: "user", content: "Call it." },
      {
        role: "assistant",
        tool_calls: [
          {
            id: "c1",
            type: "function",
            function: { name: "f", arguments: `{"key":"${CANARIES["key in a prompt"]}"}` },
          },
        ],
      },
      { role: "tool", tool_call_id: "c1", content: "done" },
    ],
  };

  // What is blocked on its way in.
  for (const body of [chat(`Mine is ${CANARIES["key in a prompt"]}.`), tooled]) {
    expect((await post(body)).status).toBe(400);
  }
  expect(bus.flatMap(({ data }) => canariesIn(data))).toEqual([]);
  expect(upstream.received).toEqual([]);
  expect(bus.length).toBeGreaterThan(4);

  // What is taken out of the prompt and put back into the answer, kept and served again.
  const asked = chat(`Write to ${CANARIES["address in a prompt"]}.`, { temperature: 0 });
  upstream.always(({ body }) =>
    body["stream"] === true ? streamed("Written to [EM", "AIL_1].") : whole("Written to [EMAIL_1]."),
  );
  for (const body of [asked, { ...asked, seed: 1, stream: true }]) {
    expect((await post(body)).text).toContain(CANARIES["address in a prompt"]);
    await expect.poll(async () => (await post(body)).headers.get("x-signalbox-cache")).toBe("hit");
    expect((await post(body)).text).toContain(CANARIES["address in a prompt"]);
  }
  expect(upstream.received.map(({ text }) => canariesIn(text))).toEqual(upstream.received.map(() => []));

  // What is blocked on its way out.
  upstream.next(
    whole(`Use ${CANARIES["key in an answer"]}.`),
    streamed("Use ", CANARIES["key in a streamed answer"], " now. ".repeat(50)),
  );
  expect((await post(chat("Which key?"))).text).toContain("content_blocked");
  const broken = await post(chat("Which key?", { stream: true }));
  expect(broken.text).toContain("content_blocked");
  expect(canariesIn(broken.text)).toEqual([]);

  // Providers that repeat their key in an error, headers of all kinds, and bodies that are none.
  upstream.next(json(401, { error: { message: `Wrong key ${CANARIES["key of a provider"]}`, type: "auth" } }));
  expect(canariesIn((await post(chat("Hello"))).text)).toEqual([]);
  await post(chat("Hello"), {
    cookie: `session=${CANARIES.cookie}`,
    "user-agent": CANARIES["user agent"],
    traceparent: CANARIES["trace context"],
    "x-signalbox-signals": `tier=${CANARIES.signal}`,
  });
  const refused: [number, Record<string, string>, unknown?, string?][] = [
    [401, { authorization: `Bearer ${CANARIES["wrong bearer token"]}` }],
    [401, { authorization: `Basic ${Buffer.from(CANARIES["wrong bearer token"]).toString("base64")}` }],
    [401, { authorization: "", "x-api-key": CANARIES["wrong x-api-key"] }],
    [401, { authorization: "" }, undefined, `/v1beta/models/m:generateContent?key=${CANARIES["key in a URL"]}`],
    [400, { "x-signalbox-cache": CANARIES["refused cache header"] }],
    [400, { "x-signalbox-tags": CANARIES["refused tag"] }],
    [400, { "anthropic-beta": CANARIES["refused beta"] }, undefined, "/v1/messages"],
    [400, {}, `{"messages": ${CANARIES["broken body"]}`],
    [400, {}, chat("Hello", { n: CANARIES["refused field"] })],
    [404, {}, {}, `/v1/${CANARIES["parameter name"]}`],
    [404, {}, chat("Hello", { model: CANARIES["model's name"] })],
    [404, {}, { model: CANARIES["model's name"], input: "Hello" }, "/v1/embeddings"],
    [
      404,
      {},
      { contents: [{ parts: [{ text: "Hello" }] }] },
      `/v1beta/models/${CANARIES["model's name"]}:generateContent`,
    ],
    [401, { authorization: `Bearer ${tokenOf("https://elsewhere.example.org")}` }],
    [503, { authorization: `Bearer ${tokenOf(ISSUER.issuer)}` }],
  ];
  for (const [status, headers, body = chat("Hello"), path] of refused) {
    const answer = await post(body, headers, path);
    const of = { headers: Object.keys(headers), path };
    expect({ of, status: answer.status, canaries: canariesIn(answer.text) }).toEqual({ of, status, canaries: [] });
  }
  // Nobody gets in by a strange form of a header, and none of them is a defect.
  for (let round = 0; round < 40; round += 1) {
    const bytes = randomBytes(round)
      .toString("latin1")
      .replaceAll(/[^\x21-\x7e\x80-\xff]/g, "~");
    const scheme = ["Bearer", "bearer", "BEARER ", "Basic", "", "Bearer Bearer"][round % 6]!;
    const answer = await post(chat("Hello"), { authorization: `${scheme} ${bytes}${CANARIES["wrong bearer token"]}` });
    expect(answer.status).toBe(401);
  }

  // Records come by a queue: all that will be recorded is.
  await expect
    .poll(
      async () => ((await (await line.api("/v1/decisions?limit=100")).json()) as { data: { outcome: unknown }[] }).data,
      { timeout: 20_000, interval: 100 },
    )
    .toSatisfy((rows: { outcome: unknown }[]) => rows.length >= 10 && rows.every(({ outcome }) => outcome !== null));
  await sleep(500);
  const metrics = await (await line.api("/metrics")).text();
  expect(metrics).toContain("signalbox");
  expect(canariesIn(metrics)).toEqual([]);
  expect(canariesIn(await (await line.api("/v1/decisions?limit=100")).text())).toEqual([]);
  const tables = await tableTexts(line.databaseUrl);
  expect(Object.keys(tables).length).toBeGreaterThan(10);
  // It would be found: leaves are.
  expect(Object.values(tables).some((text) => spellings(OUTCOME).some((each) => text.includes(each)))).toBe(true);
  const found = Object.entries(tables).map(([table, text]) => ({ table, canaries: canariesIn(text) }));
  expect(found.filter(({ canaries }) => canaries.length > 0)).toEqual([]);
  // In memory, the text of a request that is not blocked goes to the classifier, and its signals as far as the rules that read them.
  const elsewhere = bus.filter(({ subject }) => !subject.endsWith(".request.classify"));
  expect(elsewhere.length).toBeGreaterThan(20);
  const spoken = elsewhere.flatMap(({ subject, data }) => canariesIn(data).map((name) => `${name} on ${subject}`));
  expect(spoken.filter((each) => !/^signal on .*\.request\.(lookup|decide)$/.test(each))).toEqual([]);
  expect(canariesIn([...new Set(bus.map(({ subject }) => subject))].join("\n"))).toEqual([]);
  await line.stop();
  expect(filesWithCanaries(line.home)).toEqual([]);
  expect(canariesIn(line.stderr())).toEqual([]);
});
