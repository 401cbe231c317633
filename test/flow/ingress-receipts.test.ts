import { status } from "@grpc/grpc-js";
import { uuidv7 } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import type { LedgerProofQuestion, LedgerProveRequest } from "@signalbox/proto/grpc/ledger";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

const ID = uuidv7();
const PROOF = "c2sp.org/tlog-proof@v1\nindex 0\n\nlog\n";
const DIGEST = `sha256:${"a".repeat(64)}`;
const FOUND = { proof: PROOF, size: 1n, leaf: Buffer.alloc(0) };
const ABSENT = Buffer.from(
  JSON.stringify(new SignalboxError("not-found", "The register holds no such decision or request.").toJSON()),
);
const BODY = Buffer.from('{"a":"policy"}');

let rig: IngressRig;
const asked: LedgerProveRequest[] = [];
let openCalls = 0;
let isLastOfCall = false;
beforeAll(async () => {
  rig = await startIngressRig({
    ledger: {
      proveMany: (call) => {
        openCalls += 1;
        call.on("data", ({ id: question, request }: LedgerProofQuestion) => {
          if (request === undefined) return;
          asked.push(request);
          const { id, tenant } = request;
          const isFound = id === ID && tenant !== "bob";
          call.write({
            id: question,
            result: isFound ? { $case: "proof", value: FOUND } : { $case: "error", value: ABSENT },
          });
          if (isLastOfCall) call.end();
        });
        call.on("end", () => call.end());
      },
      document: (call, reply) => {
        if (call.request.digest === DIGEST)
          return reply(null, { kind: "policy", mediaType: "application/json", body: BODY });
        const error = new SignalboxError("not-found", "The register holds no such document.");
        return reply({ code: status.NOT_FOUND, details: JSON.stringify(error.toJSON()) });
      },
    },
  });
});
afterAll(() => rig[Symbol.asyncDispose]());

function get(path: string, key = rig.memberKey): Promise<Response> {
  return fetch(rig.baseUrl + path, { headers: { authorization: `Bearer ${key}` } });
}

test("a receipt is a file of its own, as the ledger made it", async () => {
  const response = await get(`/v1/decisions/${ID}/receipt`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${ID}.tlog-proof"`);
  expect(await response.text()).toBe(PROOF);
  expect(asked.at(-1)).toEqual({ tenant: "alice", id: ID, eventId: "" });
});

test("a receipt is for the decision's own tenant, and for an admin", async () => {
  expect((await get(`/v1/decisions/${ID}/receipt`, rig.otherTenantKey)).status).toBe(404);
  expect((await get(`/v1/decisions/${ID}/receipt`, rig.adminKey)).status).toBe(200);
  expect((await get(`/v1/decisions/${uuidv7()}/receipt`)).status).toBe(404);
  expect((await get("/v1/decisions/none/receipt")).status).toBe(404);
  expect((await get(`/v1/decisions/${ID}/receipt`, "wrong")).status).toBe(401);
});

test("receipts share a call, and a call that the ledger ends is followed by another", async () => {
  const before = openCalls;
  const receipts = await Promise.all(Array.from({ length: 8 }, () => get(`/v1/decisions/${ID}/receipt`)));
  expect(receipts.map(({ status: code }) => code)).toEqual(receipts.map(() => 200));
  expect(openCalls).toBe(before);
  isLastOfCall = true;
  expect((await get(`/v1/decisions/${ID}/receipt`)).status).toBe(200);
  isLastOfCall = false;
  expect((await get(`/v1/decisions/${ID}/receipt`)).status).toBe(200);
  expect(openCalls).toBe(before + 1);
});

test("a document is had by its digest, byte for byte", async () => {
  const response = await get(`/v1/documents/${DIGEST}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(response.headers.get("cache-control")).toContain("immutable");
  expect(Buffer.from(await response.arrayBuffer())).toEqual(BODY);
  expect((await get(`/v1/documents/sha256:${"b".repeat(64)}`)).status).toBe(404);
});
