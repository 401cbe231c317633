import { createSecretKey } from "node:crypto";
import { expect, test } from "vitest";
import { ContentSeal, type SealOwner } from "./content-seal.ts";
import { pointerIdOf, pointersOf, responseIdAt } from "./item-pointers.ts";

const seal = new ContentSeal(Buffer.alloc(32, 1));
const ownerOf = (tenant: string): SealOwner => ({ tenant, digestKey: createSecretKey(Buffer.alloc(32, tenant)) });
const alice = { seal, owner: ownerOf("alice") };
const RESPONSE_ID = `resp_${"0".repeat(32)}`;

test("each item that has an id points to its response, once", () => {
  const output = [{ id: "msg_1" }, { id: "fc_1" }, { id: "msg_1" }, { type: "message" }, null, 1];
  const pointers = pointersOf({ output }, RESPONSE_ID, alice);
  expect(pointers.map(({ id }) => id)).toEqual([pointerIdOf("msg_1"), pointerIdOf("fc_1")]);
  expect(pointers.map((pointer) => responseIdAt(pointer, alice))).toEqual([RESPONSE_ID, RESPONSE_ID]);
  for (const none of [undefined, null, "x"]) expect(pointersOf({ output: none }, RESPONSE_ID, alice)).toEqual([]);
});

test("no more items point to a response than a request could need", () => {
  const output = Array.from({ length: 1_000 }, (_, index) => ({ id: `msg_${index}` }));
  expect(pointersOf({ output }, RESPONSE_ID, alice)).toHaveLength(256);
});

test("a pointer says nothing to another tenant, in another place, or as the content of a response", () => {
  const [pointer] = pointersOf({ output: [{ id: "msg_1" }] }, RESPONSE_ID, alice);
  expect(responseIdAt(pointer!, { seal, owner: ownerOf("bob") })).toBeNull();
  expect(responseIdAt({ ...pointer!, id: pointerIdOf("msg_2") }, alice)).toBeNull();
  expect(seal.open(alice.owner, pointer!.id, pointer!.sealed)).toBeNull();
});
