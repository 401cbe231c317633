import { expect, test } from "vitest";
import { decodeAuditMessage, encodeAuditMessage } from "./audit-message.ts";

const envelope = (text: string): Buffer => Buffer.from(JSON.stringify({ payload: text }));

test("events come back with their exact bytes and their labels", () => {
  const items = [
    { envelope: envelope("one"), labels: null },
    { envelope: envelope("größer 🚂"), labels: { user: "a\nb", tags: ["x"] } },
    { envelope: envelope(""), labels: { metadata: { team: "rail" } } },
  ];
  const decoded = decodeAuditMessage(encodeAuditMessage(items));
  expect(decoded.map(({ envelope: bytes }) => Buffer.from(bytes).toString())).toEqual(
    items.map(({ envelope: bytes }) => bytes.toString()),
  );
  expect(decoded.map(({ labels }) => labels)).toEqual(items.map(({ labels }) => labels));
});

test("labels that do not fit their contract are dropped and the event is kept", () => {
  const decoded = decodeAuditMessage(Buffer.from(`{"payload":"a"}\n{"user":7}\n{"payload":"b"}\nnot json\n`));
  expect(decoded.map(({ envelope: bytes, labels }) => [Buffer.from(bytes).toString(), labels])).toEqual([
    ['{"payload":"a"}', null],
    ['{"payload":"b"}', null],
  ]);
});

test("a message that ends early still yields its event", () => {
  expect(decodeAuditMessage(Buffer.from('{"payload":"a"}'))).toHaveLength(1);
});
