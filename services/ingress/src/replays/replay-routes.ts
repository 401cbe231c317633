import {
  Catalogue,
  ClassifierDocument,
  Digest,
  EvaluationOrder,
  PolicyDocument,
  REPLAY_KINDS,
  REWARDS,
  type ReplayRequest,
} from "@signalbox/proto";
import { z } from "zod";
import { openFeed } from "../events/open-feed.ts";
import { uuidParam } from "../http/id-param.ts";
import { readInput } from "../http/read-input.ts";
import type { Route } from "../http/route.ts";
import { TenantPlaces } from "../http/tenant-places.ts";
import { IsoTime } from "../http/time-parameter.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { followJob } from "./job-feed.ts";
import type { ReplayClient } from "./replay-client.ts";

/** Large enough for a catalogue of all known models. */
const BODY_LIMITS = { maxBytes: 4 * 1024 * 1024, timeoutMs: 10_000 };
/** Each feed holds a connection and asks the ledger twice a second. */
const FEEDS_MAX = 64;

/** ISO 8601, or Unix milliseconds. */
const Time = z.union([z.int().min(0), IsoTime]);

const NewReplay = z
  .strictObject({
    kind: z.enum(REPLAY_KINDS).default("verify"),
    /** Leaves [from_index, to_index). */
    from_index: z.int().min(0).default(0),
    to_index: z.int().min(0).nullish(),
    /** Decisions made in [from, to). */
    from: Time.nullish(),
    to: Time.nullish(),
    /** Of a diff and an evaluation: digests of the documents to decide by; those that were recorded unless given. */
    policy: Digest.nullish(),
    catalogue: Digest.nullish(),
    /** The same for the classifier's rules, by which requests with retained content are classified again. */
    classifier: Digest.nullish(),
    /** The documents themselves, which the register then keeps; only from callers who read across tenants. */
    policy_document: PolicyDocument.optional(),
    catalogue_document: Catalogue.optional(),
    classifier_document: ClassifierDocument.optional(),
    /** Of an evaluation: its reward and its other parameters, as in `EvaluationOrder`. */
    reward: z.enum(REWARDS).nullish(),
    min_effective_size: EvaluationOrder.shape.minEffectiveSize.optional(),
    seed: EvaluationOrder.shape.seed.optional(),
    resamples: EvaluationOrder.shape.resamples.optional(),
  })
  .refine((body) => body.kind !== "verify" || !bringsDocuments(body), {
    path: ["policy"],
    message: "other documents are for replays of the kinds diff and evaluate",
  })
  .refine(({ kind, reward }) => (kind === "evaluate") === (reward != null), {
    path: ["reward"],
    message: "an evaluation needs a reward, and no other replay has one",
  });
type NewReplay = z.infer<typeof NewReplay>;

/** The routes, and how to end the feeds that are open when the service stops. */
type ReplayRoutes = { readonly routes: Route[]; endAll(): void };

/** Replays of ranges as jobs: a tenant replays its own decisions, an admin all. */
export function replayRoutes(replays: ReplayClient, keys: KeyRing): ReplayRoutes {
  const start: Route = {
    method: "POST",
    path: "/v1/replays",
    access: "replay",
    async handle({ request, reply, principal }) {
      const body = await readInput(request.raw, NewReplay, BODY_LIMITS);
      const job = await replays.start(principal, replayRequestOf(body));
      reply.code(202).header("location", `/v1/replays/${job.id}`);
      return job;
    },
  };
  const read: Route = {
    method: "GET",
    path: "/v1/replays/:id",
    access: "replay",
    handle: ({ request, principal }) => replays.get(principal, replayParam(request.params)),
  };
  const cancel: Route = {
    method: "DELETE",
    path: "/v1/replays/:id",
    access: "replay",
    handle: ({ request, principal }) => replays.cancel(principal, replayParam(request.params)),
  };
  const { route: follow, endAll } = feedRoute(replays, keys);
  return { routes: [start, read, cancel, follow], endAll };
}

const DOCUMENTS = ["policy", "catalogue", "classifier"] as const;
type Documents = Partial<Record<(typeof DOCUMENTS)[number] | `${(typeof DOCUMENTS)[number]}_document`, unknown>>;

function bringsDocuments(body: Documents): boolean {
  return DOCUMENTS.some((name) => body[name] != null || body[`${name}_document`] != null);
}

function replayRequestOf(body: NewReplay): ReplayRequest {
  const { reward, catalogue, classifier, seed, resamples, min_effective_size: minEffectiveSize } = body;
  const documents = {
    ...(body.policy_document === undefined ? {} : { policy: body.policy_document }),
    ...(body.catalogue_document === undefined ? {} : { catalogue: body.catalogue_document }),
    ...(body.classifier_document === undefined ? {} : { classifier: body.classifier_document }),
  };
  return {
    kind: body.kind,
    fromIndex: body.from_index,
    toIndex: body.to_index ?? null,
    fromMs: body.from ?? null,
    toMs: body.to ?? null,
    policy: body.policy ?? null,
    ...(catalogue == null ? {} : { catalogue }),
    ...(classifier == null ? {} : { classifier }),
    ...(Object.keys(documents).length === 0 ? {} : { documents }),
    ...(reward == null ? {} : { evaluation: EvaluationOrder.parse({ reward, seed, resamples, minEffectiveSize }) }),
  };
}

function feedRoute(replays: ReplayClient, keys: KeyRing): { route: Route; endAll: () => void } {
  const stop = new AbortController();
  const places = new TenantPlaces(FEEDS_MAX, "event streams are open");
  const route: Route = {
    method: "GET",
    path: "/v1/replays/:id/events",
    isFeed: true,
    access: "replay",
    async handle({ request, reply, principal }) {
      const id = replayParam(request.params);
      // An unknown job is refused with 404 before the stream begins.
      await replays.get(principal, id);
      const leave = places.take(principal.tenant);
      const response = openFeed({ request, reply });
      if (response === null) {
        leave();
        return;
      }
      followJob(response, {
        read: () => replays.get(principal, id),
        isAllowed: () => keys.isActive(principal),
        stop: stop.signal,
      })
        .catch(() => response.end())
        .finally(leave);
    },
  };
  return {
    route,
    endAll() {
      stop.abort();
    },
  };
}

function replayParam(params: unknown): string {
  return uuidParam(params, "There is no replay of this id.");
}
