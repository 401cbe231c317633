import { EventEmitter, once } from "node:events";
import { createServer, request, type ServerResponse } from "node:http";
import { listen } from "@signalbox/kit/listening-server";
import { expect, test } from "vitest";
import { Admission } from "./admission.ts";

function open({ tenants = 2 }: { tenants?: number } = {}): Admission {
  return new Admission({ inFlightMax: 8, bodiesMaxBytes: 100, hasOthers: () => tenants > 1 });
}

const answer = (): ServerResponse => new EventEmitter() as unknown as ServerResponse;

function admitAll(admission: Admission, tenant: string, answers: readonly ServerResponse[]): void {
  for (const each of answers) admission.admit(tenant, each);
}

test("one tenant's requests leave a quarter of all places to the others, and have them all where there are none", () => {
  const admission = open();
  const answers = Array.from({ length: 6 }, answer);
  admitAll(admission, "alice", answers);
  expect(() => admission.admit("alice", answer())).toThrow("Too many requests");
  admitAll(admission, "bob", [answer(), answer()]);
  expect(() => admission.admit("bob", answer())).toThrow("Too many requests");
  answers[0]!.emit("close");
  expect(admission.inFlight).toBe(7);
  admission.admit("bob", answer());
  const alone = open({ tenants: 1 });
  admitAll(alone, "alice", Array.from({ length: 8 }, answer));
  expect(() => alone.admit("alice", answer())).toThrow("Too many requests");
});

test("B13 bodies share the memory until their answers are closed, and one tenant's leave some of it to the others", () => {
  const admission = open();
  const [first, second] = [answer(), answer()];
  const place = admission.admit("alice", first);
  expect([place.take(60), place.take(16), place.take(15)]).toEqual([true, false, true]);
  expect(admission.admit("alice", second).take(1)).toBe(false);
  const other = admission.admit("bob", answer());
  expect([other.take(26), other.take(25)]).toEqual([false, true]);
  first.emit("close");
  expect(place.take(1)).toBe(false);
  expect(other.take(50)).toBe(true);
});

test("B13 a client that leaves while its token is verified keeps no place", async () => {
  const admission = open();
  const { promise: verified, resolve } = Promise.withResolvers<ServerResponse>();
  const server = createServer((_request, response) => {
    client.destroy();
    void once(response, "close").then(() => {
      resolve(response);
    });
  });
  await using listening = await listen(server, { port: 0, host: "127.0.0.1" });
  const client = request({ port: listening.port, host: "127.0.0.1" });
  client.on("error", () => {});
  client.end();
  const response = await verified;
  expect(() => admission.admit("alice", response)).toThrow("The client left");
  expect(admission.inFlight).toBe(0);
});
