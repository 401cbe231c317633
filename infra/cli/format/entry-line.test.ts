import { expect, test } from "vitest";
import { formatEntry } from "./entry-line.ts";

const HEAD = {
  schema: "signalbox.event.admin.v1",
  eventId: "0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e",
  atMs: Date.parse("2026-11-01T12:00:00Z"),
  producer: { service: "ingress", instance: "a", seq: 1 },
  tenant: "_signalbox",
  requestId: null,
};

test.each([
  ["virtual-key", "revoked"],
  ["budget", "deleted"],
  ["user", "disabled"],
])("the end of a %s is told as %s", (object, word) => {
  const admin = { object, change: "revoked", id: "red", of: "default", by: "key-1", before: null, after: null };
  const entry = { index: 7, type: "admin", requestId: null, event: { ...HEAD, ...admin } };
  expect(formatEntry(entry)).toContain(`${object} red ${word} by key-1`);
});

test("an entry is told as the type that it is entered under, and not as what its event looks like", () => {
  const admin = {
    object: "budget",
    change: "revoked",
    id: "red",
    of: "default",
    by: "key-1",
    before: null,
    after: null,
  };
  const entry = { index: 7, type: "erasure", requestId: null, event: { ...HEAD, ...admin } };
  expect(formatEntry(entry)).toMatch(/ erasure +$/);
  expect(formatEntry({ ...entry, type: "constructor" })).toMatch(/ constructor +$/);
});
