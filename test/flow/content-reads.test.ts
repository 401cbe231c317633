import { status } from "@grpc/grpc-js";
import { uuidv7 } from "@signalbox/kit";
import { type AdminEvent, AUDIT_STREAM, SignalboxError } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createKey } from "../../services/ingress/src/keys/index.ts";
import { openContentStore } from "./content-rig.ts";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

/*
 * Goal: nobody is given retained content before the register has who it is.
 */

const SECRET = "The treasure lies beneath the oak.";
const ALICES = uuidv7();
const BOBS = uuidv7();

let rig: IngressRig;
let bobsAdmin = "";

beforeAll(async () => {
  rig = await startIngressRig({
    ledger: {
      get: (_call, reply) => {
        const error = new SignalboxError("not-found", "The register holds no such decision or request.");
        return reply({ code: status.NOT_FOUND, details: JSON.stringify(error.toJSON()) });
      },
    },
  });
  bobsAdmin = (await createKey(rig.db, { tenant: "bob", role: "admin", name: "bob", pepper: rig.pepper })).secretKey;
  await vi.waitUntil(async () => (await show("", bobsAdmin)).status === 200);
  await using content = openContentStore(rig);
  const said = { dialect: "openai-chat", request: SECRET, answer: "", isWhole: true } as const;
  await content.keep({ tenant: "alice", requestId: ALICES, user: "" }, said);
  await content.keep({ tenant: "bob", requestId: BOBS, user: "" }, said);
});
afterAll(() => rig[Symbol.asyncDispose]());

async function show(path: string, key: string = rig.adminKey): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${rig.baseUrl}/admin/v1/content${path}`, { headers: { authorization: `Bearer ${key}` } });
  return { status: answer.status, text: await answer.text() };
}

const reads = (): readonly AdminEvent[] => rig.changes.filter(({ change }) => change === "read");

const keyIdOf = (key: string): string | undefined => key.split("-")[2];

test("who reads content is recorded, be it who runs the line or a tenant's own administrator", async () => {
  const before = reads().length;
  for (const key of [rig.adminKey, bobsAdmin]) {
    expect(await show(`/${BOBS}`, key)).toMatchObject({ status: 200, text: expect.stringContaining(SECRET) });
  }
  const read = { tenant: "_signalbox", object: "content", id: BOBS, of: "bob", before: null, after: null };
  await expect
    .poll(() => reads().slice(before))
    .toMatchObject([
      { ...read, by: keyIdOf(rig.adminKey) },
      { ...read, by: keyIdOf(bobsAdmin) },
    ]);
  expect(JSON.stringify(rig.changes)).not.toContain(SECRET);
});

test("a list is no reading, nor is what is not given out", async () => {
  const before = reads().length;
  expect((await show("")).text).toContain(ALICES);
  expect((await show(`/${uuidv7()}`)).status).toBe(404);
  expect((await show(`/${ALICES}`, bobsAdmin)).status).toBe(404);
  expect((await show(`/${ALICES}`, rig.memberKey)).status).toBe(403);
  // What was recorded before this one has come, because they come in their order.
  expect((await show(`/${ALICES}`)).status).toBe(200);
  await expect.poll(() => reads().slice(before)).toMatchObject([{ id: ALICES, of: "alice" }]);
});

test("content is not given out while the register does not take that it is read", async () => {
  const { streams } = await rig.operator.jetstreamManager();
  const { config } = await streams.info(AUDIT_STREAM.name);
  await streams.delete(AUDIT_STREAM.name);
  const refused = await show(`/${ALICES}`);
  await streams.add(config);
  expect(refused).toMatchObject({ status: 503, text: expect.not.stringContaining(SECRET) });
  expect((await show(`/${ALICES}`)).status).toBe(200);
});
