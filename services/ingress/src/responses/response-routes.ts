import { SignalboxError } from "@signalbox/proto";
import { z } from "zod";
import { nothingAt } from "../http/nothing-at.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Exchange, Route } from "../http/route.ts";
import type { Principal } from "../keys/key-ring.ts";
import { pageOfItems } from "./input-items.ts";
import type { ResponseStore, StoredResponse } from "./response-store.ts";

const PATH = "/v1/responses/:id";
const PAGE_MAX = 100;

const ItemQuery = z.looseObject({
  after: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(20),
  order: z.enum(["asc", "desc"]).default("desc"),
});
/** A response that is kept is over: there is no stream of it to take up again. */
const RetrieveQuery = z.looseObject({ stream: z.literal("false", "a stored response is given whole").optional() });

type Asking = Exchange & { readonly principal: Principal };

/** What callers may do with the responses that are kept for their tenant (https://platform.openai.com/docs/api-reference/responses). */
export function responseRoutes(store: ResponseStore): Route[] {
  async function find({ request, principal }: Asking): Promise<StoredResponse> {
    const stored = await store.read(principal, idOf(request));
    return stored ?? notFound(idOf(request));
  }

  return [
    {
      method: "GET",
      path: PATH,
      access: "ask",
      async handle(asking) {
        parseInput(RetrieveQuery, asking.request.query);
        return (await find(asking)).response;
      },
    },
    {
      method: "DELETE",
      path: PATH,
      access: "ask",
      async handle({ request, principal }) {
        const id = idOf(request);
        if (!(await store.remove(principal, id))) notFound(id);
        return { id, object: "response", deleted: true };
      },
    },
    {
      method: "POST",
      path: `${PATH}/cancel`,
      access: "ask",
      async handle(asking) {
        await find(asking);
        // No response runs in the background here: one that is kept is over.
        throw new SignalboxError("invalid-request", "Cannot cancel a synchronous response.");
      },
    },
    {
      method: "POST",
      path: "/v1/responses/compact",
      access: "ask",
      handle({ request }) {
        // Without a route of its own it is taken for a response's id, and refused as if another method were allowed.
        throw nothingAt(request.url);
      },
    },
    {
      method: "GET",
      path: `${PATH}/input_items`,
      access: "ask",
      async handle(asking) {
        const page = parseInput(ItemQuery, asking.request.query);
        return pageOfItems(await find(asking), page);
      },
    },
  ];
}

function idOf({ params }: Exchange["request"]): string {
  return (params as { id: string }).id;
}

function notFound(id: string): never {
  throw new SignalboxError("not-found", `Response with id '${id.slice(0, 128)}' not found.`);
}
