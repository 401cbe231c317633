import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { z } from "zod";
import { createApiClient } from "./api-client.ts";
import { exitCodeOf } from "./failure.ts";

async function failureOf(status: number, body: string): Promise<{ error: Error & { code: string }; exitCode: number }> {
  const server = createServer((_, response) => void response.writeHead(status).end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const api = createApiClient(
    { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: "sk-canary" },
    new AbortController().signal,
  );
  const error: unknown = await api
    .call(z.looseObject({ data: z.string() }), { path: "/v1/x" })
    .catch((caught: unknown) => caught);
  server.close();
  return { error: error as Error & { code: string }, exitCode: exitCodeOf(error) };
}

test.each([
  { status: 401, wire: "invalid_api_key", code: "invalid-api-key", exitCode: 2, todo: "--key" },
  { status: 403, wire: "forbidden", code: "forbidden", exitCode: 2, todo: "admin key" },
  { status: 404, wire: "not_found", code: "not-found", exitCode: 1, todo: "decisions list" },
  { status: 422, wire: "unprocessable", code: "unprocessable", exitCode: 1, todo: "doctor" },
  { status: 503, wire: "stage_unavailable", code: "stage-unavailable", exitCode: 2, todo: "Try again" },
  { status: 500, wire: null, code: "internal", exitCode: 2, todo: "doctor" },
])(
  "an answer $status is told with the service's words and what to do",
  async ({ status, wire, code, exitCode, todo }) => {
    const told = await failureOf(status, JSON.stringify({ error: { message: "The service's words.", code: wire } }));
    expect(told.exitCode).toBe(exitCode);
    expect(told.error.code).toBe(code);
    expect(told.error.message).toContain("The service's words.");
    expect(told.error.message).toContain(todo);
    expect(told.error.message).not.toContain("sk-canary");
  },
);

test("a server that is not a Signalbox is told apart from one that fails", async () => {
  const page = await failureOf(200, "<html>");
  expect(page.error.message).toContain("does not know");
  expect(page.exitCode).toBe(2);
  expect((await failureOf(502, "<html>")).error.message).toContain("HTTP 502");
});
