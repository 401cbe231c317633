import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { PAYLOAD_TYPES } from "@signalbox/proto";
import { formatLogKeys, formatVkey, producerKeyId, sha256Digest, signEvents, type ReadPath } from "@signalbox/tlog";
import { afterAll, describe, expect, test } from "vitest";
import { foreignLog, lineOf } from "./__fixtures__/foreign-log.ts";
import { changedAt, LOG, ORIGIN, Shelf, VKEY, type Files } from "./__fixtures__/foreign-shelf.ts";
import { exportLog } from "../export/export-log.ts";
import { recordedTerminal } from "../recorded-terminal.ts";
import { runCli } from "../run-cli.ts";
import { documentPath } from "./document-path.ts";

const producer = generateKeyPairSync("ed25519");
const signer = { keyId: producerKeyId(producer.publicKey), privateKey: producer.privateKey };
const [POLICY, CLASSIFIER] = ["rules of a policy", "rules of a classifier"].map((text) => {
  return { text, digest: sha256Digest(text), path: documentPath(sha256Digest(text)) };
}) as [Doc, Doc];
type Doc = { readonly text: string; readonly digest: string; readonly path: string };

const FILES: Files = exportOf(3);

/** An exported copy over so many decisions. */
function exportOf(size: number): Files {
  const input = { documents: { policy: POLICY.digest }, classification: { classifier: CLASSIFIER.digest } };
  const entries = Array.from({ length: size }, (_, n) => {
    const event = { eventId: `event-${n}`, requestId: `request-${n}`, decisionId: `decision-${n}`, input };
    return { payloadType: PAYLOAD_TYPES.decision, payload: Buffer.from(JSON.stringify(event)) };
  });
  const keys = formatLogKeys({ logs: [VKEY], producers: [formatVkey("policy", producer.publicKey)] });
  const manifest = { schema: "signalbox.export.v1", origin: ORIGIN, size, from: 0, to: size };
  return foreignLog(signEvents(entries, signer), [LOG])
    .set("vkeys", Buffer.from(keys))
    .set("export.json", Buffer.from(JSON.stringify(manifest)))
    .set(POLICY.path, Buffer.from(POLICY.text))
    .set(CLASSIFIER.path, Buffer.from(CLASSIFIER.text));
}

const shelf = new Shelf();
afterAll(() => shelf[Symbol.dispose]());

describe("documents of a copy", () => {
  test("are checked with its entries", async () => {
    const verdict = await shelf.verify(shelf.folder(FILES));
    expect(verdict).toMatchObject({ code: 0, kind: "sound", documents: { sound: 2, missing: 0, firstMissing: [] } });
    expect(await shelf.verify(shelf.folder(FILES), "--hashes-only")).toMatchObject({ code: 0, documents: null });
  });

  test.each([POLICY, CLASSIFIER])(
    "B15 that were changed end with 1, replayed or not, and are named",
    async (document) => {
      const folder = shelf.folder(changedAt(FILES, document.path, 3)[1]);
      for (const args of [[], ["--replay"]]) {
        const verdict = await shelf.verify(folder, ...args);
        expect(verdict).toMatchObject({ code: 1, kind: "tampered", index: 0 });
        expect(verdict.reason).toContain(document.digest);
      }
    },
  );

  test("that are missing are told, and end a replay with 2", async () => {
    const files = new Map(FILES);
    files.delete(CLASSIFIER.path);
    const folder = shelf.folder(files);
    const firstMissing = [{ kind: "classifier", digest: CLASSIFIER.digest, index: 0 }];
    expect(await shelf.verify(folder)).toMatchObject({ code: 0, documents: { sound: 1, missing: 1, firstMissing } });
    expect(await shelf.verify(folder, "--replay")).toMatchObject({ code: 2, documents: { missing: 1 } });
  });
});

describe("B15 a manifest", () => {
  test("of another tree than the checkpoint's says nothing of what should be there", async () => {
    const older = new Map(exportOf(2)).set("export.json", FILES.get("export.json") as Buffer);
    expect(await shelf.verify(shelf.folder(older))).toMatchObject({
      code: 2,
      reason: expect.stringContaining(`export.json speaks of 3 leaves of ${ORIGIN}`),
    });
  });

  test("hides nothing by naming a smaller range", async () => {
    const changed = changedAt(FILES, "tile/entries/000.p/3", 90)[1];
    for (const range of [
      { from: 3, to: 3 },
      { from: 0, to: 0 },
    ]) {
      const manifest = { schema: "signalbox.export.v1", origin: ORIGIN, size: 3, ...range };
      const folder = shelf.folder(changed.set("export.json", Buffer.from(JSON.stringify(manifest))));
      expect(await shelf.verify(folder)).toMatchObject({ code: 1, index: 0 });
    }
  });

  test.each([
    { from: 2, to: 1 },
    { from: 0, to: 4 },
    { from: -1, to: 3 },
    { from: 0.5, to: 3 },
  ])("with the impossible range %j is refused", async (range) => {
    const manifest = JSON.stringify({ schema: "signalbox.export.v1", origin: ORIGIN, size: 3, ...range });
    expect(await shelf.verify(shelf.folder(new Map(FILES).set("export.json", Buffer.from(manifest))))).toEqual({
      code: 2,
    });
  });
});

describe("what is no file of a log", () => {
  const paths = ["checkpoint", "vkeys", "export.json", "tile/0/000.p/3", "tile/entries/000.p/3", POLICY.path];

  test.each(paths)(
    "is not read in the place of %s: terabytes, a folder, a pipe that nobody writes to",
    async (path) => {
      const folder = shelf.folder(FILES);
      const file = join(folder, path);
      truncateSync(file, 2 ** 40);
      expect(await shelf.verify(folder)).toMatchObject({ code: 2 });
      rmSync(file);
      mkdirSync(file);
      expect(await shelf.verify(folder)).toMatchObject({ code: 2 });
      rmSync(file, { recursive: true });
      execFileSync("mkfifo", [file]);
      expect(await shelf.verify(folder)).toMatchObject({ code: 2 });
    },
  );

  test.each(paths)("is not read in the place of %s: what a link out of the folder leads to", async (path) => {
    const folder = shelf.folder(FILES);
    const file = join(folder, path);
    // Its size is 0, and it has no end.
    const endless = "/proc/self/pagemap";
    renameSync(file, `${folder}.elsewhere`);
    for (const target of [endless, `${folder}.elsewhere`, file]) {
      symlinkSync(target, file);
      expect(await shelf.verify(folder)).toMatchObject({ code: 2 });
      rmSync(file);
    }
    renameSync(`${folder}.elsewhere`, file);
    const byLink = `${folder}.link`;
    symlinkSync(folder, byLink);
    expect(await shelf.verify(byLink)).toMatchObject({ code: 0 });
  });

  test("is told of as what it is, without a stack", async () => {
    const loop = join(shelf.folder(new Map()), "loop");
    symlinkSync(loop, loop);
    for (const source of [loop, join(shelf.file("file", ""), "below"), "x".repeat(300)]) {
      const terminal = recordedTerminal();
      expect(await runCli(["verify", source, "--vkey", VKEY], terminal)).toBe(2);
      expect(terminal.stderr.join("\n")).toMatch(/cannot be read|is not there/);
      expect(terminal.stderr.join("\n")).not.toMatch(/^ +at /m);
    }
  });

  test("is not read where the caller names it", async () => {
    const folder = shelf.folder(FILES);
    const huge = shelf.file("huge", "");
    truncateSync(huge, 2 ** 40);
    for (const args of [
      ["--since", huge],
      ["--producers", huge],
      ["--policy", huge],
      ["--since", "/dev/zero"],
    ]) {
      expect(await shelf.verify(folder, ...args)).toEqual({ code: 2 });
    }
    expect(await shelf.verify(huge)).toEqual({ code: 2 });
  });
});

/** `signalbox verify` of what a server says. */
async function verifyServed(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { code } = await shelf.verify(`http://127.0.0.1:${(server.address() as AddressInfo).port}/log`);
  server.closeAllConnections();
  server.close();
  return code;
}

const UNREADABLE: Readonly<Record<string, RequestListener>> = {
  "sends without end": (_, response) => {
    const chunk = Buffer.alloc(1024 * 1024);
    const more = (): void => void (response.destroyed || response.write(chunk, more));
    more();
  },
  "goes in circles": (request, response) => {
    response.writeHead(302, { location: request.url === "/a" ? "/b" : "/a" }).end();
  },
  "breaks off": (_, response) => {
    response.writeHead(200, { "content-length": 1_000 }).write("half", () => response.destroy());
  },
};

test.each(Object.keys(UNREADABLE))("a server that %s is given up", async (what) => {
  expect(await verifyServed(UNREADABLE[what] as RequestListener)).toBe(2);
});

test("a connection over which a server sends without end what is not read is given up at once", async () => {
  const closed: Promise<unknown>[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? "").slice("/log/".length);
    if (FILES.has(path) && !path.startsWith("documents/")) {
      response.end(FILES.get(path));
      return;
    }
    closed.push(once(response, "close"));
    response.writeHead(404);
    const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536), more));
    more();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  expect(await shelf.verify(`http://127.0.0.1:${(server.address() as AddressInfo).port}/log`)).toMatchObject({
    code: 0,
  });
  await Promise.all(closed);
  expect(closed).toHaveLength(2);
  server.close();
});

test("B15 a server that shows other entries to be replayed than to be verified is found out", async () => {
  const bundle = "tile/entries/000.p/3";
  const other = exportOf(2).get("tile/entries/000.p/2") as Buffer;
  let asked = 0;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").slice("/log/".length);
    const bytes = path === bundle && ++asked > 1 ? other : FILES.get(path);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const terminal = recordedTerminal();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/log`;
  expect(await runCli(["verify", url, "--vkey", VKEY, "--replay"], terminal)).toBe(2);
  server.close();
  expect(asked).toBe(2);
  expect(terminal.stderr.join("\n")).toContain(`${bundle} has other bytes than a moment ago`);
  expect(terminal.stdout).toEqual([]);
});

test("B15 what a copy says of itself writes no lines of its own into the verdict", async () => {
  const origin = "x\u001b[2J\nsound: 600 leaves";
  const manifest = { schema: "signalbox.export.v1", origin, size: 3, from: 0, to: 3 };
  const folder = shelf.folder(new Map(FILES).set("export.json", Buffer.from(JSON.stringify(manifest))));
  const terminal = recordedTerminal();
  expect(await runCli(["verify", folder, "--vkey", VKEY], terminal)).toBe(2);
  // eslint-disable-next-line no-control-regex
  expect(terminal.stdout.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(terminal.stdout.join("")).toMatch(/^could not verify/);
});

function checkpointOver(size: number): string {
  const body = `${ORIGIN}\n${size}\n${Buffer.alloc(32).toString("base64")}\n`;
  return `${body}\n${lineOf(LOG, body)}`;
}

test("what a server says of its log's size is not believed: nothing is copied of a log without end", async () => {
  for (const [size, files] of [
    [9_007_199_254_740_991, 0],
    [2 ** 32, 1],
  ] as const) {
    const asked: string[] = [];
    const read: ReadPath = async (path) => {
      asked.push(path);
      return path === "checkpoint" ? Buffer.from(checkpointOver(size)) : null;
    };
    const folder = join(shelf.folder(new Map()), "copy");
    await expect(exportLog({ read, folder, from: 0, to: null, onProgress: () => {} })).rejects.toThrow("The log's");
    expect(asked.filter((path) => path === "tile/0/000")).toHaveLength(files);
  }
});
