import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseVkey } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  checkpointBody,
  consistencyPath,
  COSIGNATURE,
  ED25519,
  hashOfEntry,
  keyIdOf,
  lineOf,
  sha256,
  signatureLine,
  vkeyOf,
  type NoteKey,
} from "../verify/__fixtures__/foreign-log.ts";
import { startWitness, type WitnessServer } from "./start-witness.ts";
import { WitnessState } from "./witness-state.ts";
import { Witness } from "./witness.ts";

/*
 * Goal: the witness answers a log that knows tlog-witness' text alone, byte for byte as that says.
 */

const AT_SECONDS = 1_679_315_147;
/** No key of this name is known. */
const ORIGIN = "other.example/log with spaces";
const LEAVES = Array.from({ length: 300 }, (_, n) => hashOfEntry(Buffer.from(`entry ${n}`)));

/** Two keys under one name: the outgoing one of the log and the one that follows. */
const logKeys = [noteKey("other.example/log", ED25519), noteKey("other.example/log", ED25519)] as const;
const [log] = logKeys;
const own = noteKey("witness.example/w1", COSIGNATURE);

let folder: string;
let state: WitnessState;
let server: WitnessServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-foreign-witness-"));
  state = await WitnessState.open(folder);
  const logs = logKeys.map((key) => {
    const parsed = parseVkey(vkeyOf(key));
    if (!parsed.ok) throw new Error(parsed.reason);
    return parsed.verifier;
  });
  const cosigner = { name: own.name, privateKey: own.privateKey };
  const witness = new Witness({ cosigner, logs, state, now: () => AT_SECONDS });
  server = await startWitness({ host: "127.0.0.1", port: 0, vkey: vkeyOf(own), witness, onError: () => {} });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  state[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

function noteKey(name: string, type: number): NoteKey & { readonly privateKey: KeyObject } {
  return { name, type, ...generateKeyPairSync("ed25519") };
}

type Request = {
  readonly old: number | string;
  readonly size: number;
  readonly leaves?: readonly Buffer[];
  readonly proof?: readonly string[];
  readonly body?: string;
  readonly lines?: string;
};

function bodyOf({ size, leaves = LEAVES, body }: Request): string {
  return body ?? checkpointBody(log.name, leaves.slice(0, size));
}

async function ask(request: Request): Promise<{ status: number; type: string | null; text: string }> {
  const { old, size, leaves = LEAVES } = request;
  const path = Number(old) > 0 && Number(old) <= size ? consistencyPath(leaves.slice(0, size), Number(old)) : [];
  const proof = request.proof ?? path.map((hash) => hash.toString("base64"));
  const body = bodyOf(request);
  const lines = request.lines ?? lineOf(log, body);
  const sent = `old ${old}\n${proof.map((line) => `${line}\n`).join("")}\n${body}\n${lines}`;
  const response = await fetch(`http://127.0.0.1:${server.port}/add-checkpoint`, { method: "POST", body: sent });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

function cosigned(body: string): object {
  return { status: 200, text: lineOf(own, body, AT_SECONDS) };
}

const HASH = sha256("a").toString("base64");

test("steps from nothing to tiles' ends are cosigned, each by one line that is the standard's to the byte", async () => {
  let old = 0;
  for (const size of [0, 1, 1, 2, 3, 128, 255, 256, 257, 300, 300]) {
    expect(await ask({ old, size })).toMatchObject(cosigned(bodyOf({ old, size })));
    old = size;
  }
});

test("another size than the recorded one is told, in its own content type", async () => {
  for (const old of [0, 1, 299]) {
    expect(await ask({ old, size: 300 })).toEqual({ status: 409, type: "text/x.tlog.size", text: "300\n" });
  }
});

test.each<[string, Request, number]>([
  ["an old size above the checkpoint's", { old: 300, size: 299 }, 400],
  ["a leading zero", { old: "0300", size: 300 }, 400],
  ["a proof line that is no hash", { old: 300, size: 300, proof: ["YQ=="] }, 400],
  ["64 proof lines", { old: 300, size: 300, proof: Array.from({ length: 64 }, () => HASH) }, 400],
  ["no signature", { old: 300, size: 300, lines: "" }, 400],
  ["a checkpoint of two lines", { old: 300, size: 300, body: `${log.name}\n300\n` }, 400],
  ["an unknown origin", { old: 300, size: 300, body: checkpointBody(ORIGIN, LEAVES) }, 404],
  [
    "an unknown key alone",
    { old: 300, size: 300, lines: lineOf(noteKey(log.name, ED25519), bodyOf({ old: 0, size: 300 })) },
    403,
  ],
  [
    "a known key's wrong signature",
    { old: 300, size: 300, lines: signatureLine(log.name, keyIdOf(log), Buffer.alloc(64)) },
    403,
  ],
  ["another root at the same size", { old: 300, size: 300, leaves: LEAVES.with(5, sha256("x")) }, 409],
  ["a proof where none is needed", { old: 300, size: 300, proof: [HASH] }, 422],
])("%s is refused", async (_, request, status) => {
  expect((await ask(request)).status).toBe(status);
});

test("a proof that does not hold is refused, and the next that does is taken", async () => {
  const more = [...LEAVES, hashOfEntry(Buffer.from("one more"))];
  const fork = more.with(7, sha256("x"));
  expect((await ask({ old: 300, size: 301, leaves: fork })).status).toBe(422);
  expect((await ask({ old: 300, size: 301, leaves: more, proof: [] })).status).toBe(422);
  const nothing = `${log.name}\n0\n${sha256("x").toString("base64")}\n`;
  expect((await ask({ old: 0, size: 0, body: nothing })).status).toBe(409);
  expect(await ask({ old: 300, size: 301, leaves: more })).toMatchObject(cosigned(checkpointBody(log.name, more)));
});

test("other keys' signatures are ignored, of the log's own keys any is enough, and extension lines are cosigned too", async () => {
  const leaves = [...LEAVES, hashOfEntry(Buffer.from("one more"))];
  const body = checkpointBody(log.name, leaves, ["an extension"]);
  const strangers = Array.from({ length: 16 }, (_, n) => {
    return signatureLine(`pq${n}.example`, sha256(String(n)).subarray(0, 4), Buffer.alloc(3_700, n));
  });
  const lines = strangers.join("") + lineOf(logKeys[1], body);
  expect(await ask({ old: 301, size: 301, leaves, body, lines })).toMatchObject(cosigned(body));
});

test("bytes that are not UTF-8 are no request", async () => {
  const body = bodyOf({ old: 301, size: 300 });
  const sent = Buffer.concat([
    Buffer.from(`old 301\n\n${body}\n${lineOf(log, body)}\u2014 `),
    Buffer.of(0xff),
    Buffer.from(` ${sha256("a").toString("base64")}\n`),
  ]);
  const response = await fetch(`http://127.0.0.1:${server.port}/add-checkpoint`, { method: "POST", body: sent });
  expect(response.status).toBe(400);
});
