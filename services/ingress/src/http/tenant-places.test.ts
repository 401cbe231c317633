import { expect, test } from "vitest";
import { TenantPlaces } from "./tenant-places.ts";

test("one tenant leaves half of the places to the others, and a place is free again once its work is over", () => {
  const places = new TenantPlaces(4, "feeds");
  const [leave] = [places.take("alice"), places.take("alice")];
  expect(() => places.take("alice")).toThrow("Too many feeds.");
  places.take("bob");
  leave();
  places.take("alice");
  places.take("bob");
  expect(() => places.take("carol")).toThrow("Too many feeds.");
});

test("work that fails leaves its place as well", async () => {
  const places = new TenantPlaces(2, "questions");
  await expect(places.within("alice", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  const { promise, resolve } = Promise.withResolvers<number>();
  const first = places.within("alice", () => promise);
  await expect(places.within("alice", () => promise)).rejects.toMatchObject({ code: "overloaded" });
  resolve(7);
  expect([await first, await places.within("alice", () => promise)]).toEqual([7, 7]);
});
