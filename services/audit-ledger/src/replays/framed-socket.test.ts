import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { FramedSocket, wholeMessages } from "./framed-socket.ts";

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

test("whole messages are told from the one that has only begun", () => {
  const two = Buffer.concat([message("d", Buffer.from("abc")), message("Z", Buffer.from("I"))]);
  expect(wholeMessages(two)).toEqual({ whole: 14, needed: 5 });
  expect(wholeMessages(two.subarray(0, 13))).toEqual({ whole: 8, needed: 6 });
  expect(wholeMessages(two.subarray(0, 11))).toEqual({ whole: 8, needed: 5 });
  expect(wholeMessages(Buffer.alloc(0))).toEqual({ whole: 0, needed: 5 });
});

test("messages of any size come out whole and in order, however they were cut on the way", async () => {
  const sizes = [0, 1, 7_000, 300_000, 3, 2_000_000, 65_535, 600_000, 0];
  const messages = sizes.map((size, at) => message("d", Buffer.alloc(size, at + 1)));
  const server = createServer((connection) => {
    for (const one of messages) {
      const middle = Math.ceil(one.length / 2);
      connection.write(one.subarray(0, middle));
      connection.write(one.subarray(middle));
    }
    connection.end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = new FramedSocket();
  const taken: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => {
    expect(wholeMessages(bytes).whole).toBe(bytes.length);
    taken.push(Buffer.from(bytes));
  });
  socket.connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "close");
  server.close();
  expect(Buffer.concat(taken).equals(Buffer.concat(messages))).toBe(true);
});
