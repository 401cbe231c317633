import { SignalboxError } from "@signalbox/proto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32 } from "./crc32.ts";
import { EventStreamParser, MESSAGE_MAX_BYTES } from "./event-stream.ts";
import { readHeaders } from "./event-headers.ts";
import { eventHeaders, frame, joined, stream, uint32 } from "./stream.test-kit.ts";

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const parse = (...pieces: Uint8Array[]): unknown[] => {
  const parser = new EventStreamParser();
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
};
const outcomeOf = (bytes: Uint8Array): string => {
  try {
    return `events: ${parse(bytes).length}`;
  } catch (error) {
    if (error instanceof SignalboxError) return error.code;
    throw error;
  }
};

test("the checksum is the CRC-32 that everybody knows", () => {
  const text = new TextEncoder().encode("123456789");
  expect(crc32(text)).toBe(0xcbf43926);
  expect(crc32(text.subarray(4), crc32(text.subarray(0, 4)))).toBe(0xcbf43926);
});

describe("AWS's own test vectors for the format", () => {
  test.each<[string, string, unknown]>([
    ["empty_message", "00 00 00 10 00 00 00 00 05 c2 48 eb 7d 98 c8 ff", { event: "", data: "" }],
    [
      "payload_no_headers",
      "00 00 00 1d 00 00 00 00 fd 52 8c 5a 7b 27 66 6f 6f 27 3a 27 62 61 72 27 7d c3 65 39 36",
      { event: "", data: "{'foo':'bar'}" },
    ],
    [
      "int32_header",
      "00 00 00 2d 00 00 00 10 41 c4 24 b8 0a 65 76 65 6e 74 2d 74 79 70 65 04 00 00 a0 0c 7b 27 66 6f 6f 27 3a 27 62 61 72 27 7d 36 f4 80 a0",
      { event: "", data: "{'foo':'bar'}" },
    ],
  ])("%s", (_, hex, event) => {
    expect(parse(bytesOf(hex))).toEqual([event]);
  });
});

describe("B12 the binary stream", () => {
  const bytes = stream(
    { messageStart: { role: "assistant" } },
    { contentBlockDelta: { delta: { text: "線🚦" } } },
    { metadata: {} },
  );

  test("brings the same events however its bytes are cut", () => {
    const expected = parse(bytes);
    expect(expected).toHaveLength(3);
    for (let at = 0; at <= bytes.length; at += 1)
      expect(parse(bytes.subarray(0, at), bytes.subarray(at))).toEqual(expected);
    expect(parse(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toEqual(expected);
  });

  test("is refused with a typed error when any of its bits has flipped", () => {
    const [event] = [frame(eventHeaders("metadata"), '{"a":1}')];
    for (let at = 0; at < event.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const broken = event.slice();
        broken[at]! ^= 1 << bit;
        expect(outcomeOf(broken)).toBe("upstream-error");
      }
    }
  });

  test("holds no event that its end has cut off", () => {
    expect(parse(bytes.subarray(0, -1))).toHaveLength(2);
  });

  test("names exceptions and errors", () => {
    const error = frame({ ":message-type": "error", ":error-code": "InternalError", ":error-message": "Broken." }, "");
    const thrown = frame(
      { ":message-type": "exception", ":exception-type": "throttlingException" },
      '{"message":"Slow."}',
    );
    expect(parse(error, thrown)).toEqual([
      { event: "!InternalError", data: '{"message":"Broken."}' },
      { event: "!throttlingException", data: '{"message":"Slow."}' },
    ]);
  });

  test.each([0, 15, MESSAGE_MAX_BYTES + 1, 0xffffffff])(
    "B13 a message of %i bytes is none, and no room is made for it",
    (total) => {
      const prelude = joined([uint32(total), uint32(0)]);
      expect(outcomeOf(joined([prelude, uint32(crc32(prelude))]))).toBe("upstream-error");
    },
  );

  test("B13 no bytes break the parser with anything but its own error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 40 }), (noise, headers) => {
        expect(outcomeOf(noise)).toMatch(/^(?:events: 0|upstream-error)$/);
        const prelude = joined([uint32(16 + headers.length), uint32(headers.length)]);
        const start = joined([prelude, uint32(crc32(prelude)), headers]);
        expect(outcomeOf(joined([start, uint32(crc32(start))]))).toMatch(/^(?:events: 1|upstream-error)$/);
      }),
    );
  });
});

test("headers of every type are read past, and texts are read", () => {
  const all = bytesOf("01 61 00 01 62 01 01 63 02 ff 01 64 03 0001 01 65 04 00000001 01 66 05 0000000000000001");
  const more = bytesOf(
    "01 67 06 0002 ffff 01 68 08 0000000000000001 01 69 09 00000000000000000000000000000000 01 6a 07 0002 6869",
  );
  expect(readHeaders(joined([all, more]))).toEqual(new Map([["j", "hi"]]));
  expect(readHeaders(bytesOf("01 61 0a"))).toBeNull();
  expect(readHeaders(bytesOf("05 61"))).toBeNull();
  expect(readHeaders(bytesOf("01 61 07 00ff 61"))).toBeNull();
});
