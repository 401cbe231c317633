import { Digest, REPLAY_KINDS, SignalboxError, Uuid, type ReplayOrder } from "@signalbox/proto";
import { z } from "zod";
import { parseInput } from "../http/parse-input.ts";
import { parseJsonBody, readBody } from "../http/read-body.ts";
import type { Route } from "../http/route.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { followJob } from "./job-feed.ts";
import type { ReplayClient } from "./replay-client.ts";

const BODY_LIMITS = { maxBytes: 16 * 1024, timeoutMs: 10_000 };
/** Each holds a connection and asks the ledger twice a second. */
const FEEDS_MAX = 64;

/** ISO 8601, or Unix milliseconds. */
const Time = z.union([z.int().min(0), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))]);

const NewReplay = z
  .strictObject({
    kind: z.enum(REPLAY_KINDS).default("verify"),
    /** Leaves [from_index, to_index). */
    from_index: z.int().min(0).default(0),
    to_index: z.int().min(0).nullish(),
    /** Decisions made in [from, to). */
    from: Time.nullish(),
    to: Time.nullish(),
    /** Of a diff: the digest of the policy to decide by; the recorded ones unless it is given. */
    policy: Digest.nullish(),
  })
  .refine(({ kind, policy }) => kind === "diff" || policy == null, {
    path: ["policy"],
    message: "a policy is for a replay of the kind diff",
  });

/** The routes, and how to end the feeds that are open when the service stops. */
export type ReplayRoutes = { readonly routes: Route[]; endAll(): void };

/** Replays of ranges as jobs: a tenant replays its own decisions, an admin all. */
export function replayRoutes(replays: ReplayClient, keys: KeyRing): ReplayRoutes {
  const start: Route = {
    method: "POST",
    path: "/v1/replays",
    access: "member",
    async handle({ request, reply, principal }) {
      const wish = parseInput(NewReplay, parseJsonBody(await readBody(request.raw, BODY_LIMITS)));
      const order: ReplayOrder = {
        kind: wish.kind,
        fromIndex: wish.from_index,
        toIndex: wish.to_index ?? null,
        fromMs: wish.from ?? null,
        toMs: wish.to ?? null,
        policy: wish.policy ?? null,
      };
      const job = await replays.start(principal, order);
      reply.code(202).header("location", `/v1/replays/${job.id}`);
      return job;
    },
  };
  const read: Route = {
    method: "GET",
    path: "/v1/replays/:id",
    access: "member",
    handle: ({ request, principal }) => replays.get(principal, idParam(request.params)),
  };
  const cancel: Route = {
    method: "DELETE",
    path: "/v1/replays/:id",
    access: "member",
    handle: ({ request, principal }) => replays.cancel(principal, idParam(request.params)),
  };
  const { route: follow, endAll } = feedRoute(replays, keys);
  return { routes: [start, read, cancel, follow], endAll };
}

function feedRoute(replays: ReplayClient, keys: KeyRing): { route: Route; endAll: () => void } {
  const stop = new AbortController();
  let open = 0;
  const route: Route = {
    method: "GET",
    path: "/v1/replays/:id/events",
    access: "member",
    async handle({ request, reply, principal }) {
      const id = idParam(request.params);
      if (open >= FEEDS_MAX) throw new SignalboxError("overloaded", "Too many event streams are open.");
      // A job that is not there is refused as such, before the stream begins.
      await replays.get(principal, id);
      reply.hijack();
      reply.raw.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
        "x-request-id": request.id,
      });
      open += 1;
      followJob(reply.raw, {
        read: () => replays.get(principal, id),
        isAllowed: () => keys.isActive(principal.keyId),
        stop: stop.signal,
      })
        .catch(() => reply.raw.end())
        .finally(() => {
          open -= 1;
        });
    },
  };
  return {
    route,
    endAll() {
      stop.abort();
    },
  };
}

function idParam(params: unknown): string {
  const id = Uuid.safeParse((params as { id: string }).id.toLowerCase());
  if (!id.success) throw new SignalboxError("not-found", "There is no replay of this id.");
  return id.data;
}
