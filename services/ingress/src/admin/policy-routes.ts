import type { Bus } from "@signalbox/kit";
import { askPolicy, policyRefusal } from "@signalbox/kit/ask-policy";
import { Digest, PolicyDocument, type PolicyAnswer, type PolicyCommand, SignalboxError } from "@signalbox/proto";
import type { z } from "zod";
import { parseInput } from "../http/parse-input.ts";
import { readInput } from "../http/read-input.ts";
import { actorOf } from "../identity/actor.ts";
import type { ReplayClient } from "../replays/replay-client.ts";
import { ADMIN, type AdminRoute } from "./admin-route.ts";
import {
  ActivePolicy,
  HistoryQuery,
  StoredPolicy,
  PolicyCheck,
  PolicyDiff,
  PolicyDiffStarted,
  PolicyFiles,
  PolicyHistory,
  PolicyRollback,
} from "./policy-forms.ts";

export type PolicyContext = { readonly bus: Bus; readonly replays: ReplayClient };

/** The files (POLICY_FILES_MAX_BYTES) with JSON's escapes; a command to the policy service must fit one NATS message. */
const BODY_LIMITS = { maxBytes: 786_432, timeoutMs: 10_000 };

/** Policies: what is and was in force, what files would change, and the change. They hold for the line, not for one tenant. */
export function adminPolicyRoutes(context: PolicyContext): AdminRoute[] {
  return [
    historyRoute(context),
    currentRoute(context),
    storedRoute(context),
    checkRoute(context),
    diffRoute(context),
    applyRoute(context),
    rollbackRoute(context),
  ];
}

function historyRoute({ bus }: PolicyContext): AdminRoute {
  return {
    method: "GET",
    path: `${ADMIN}/policies`,
    access: "read-policies",
    doc: {
      summary: "What was in force from when on and who put it there, and what was refused; newest first.",
      status: 200,
      query: HistoryQuery,
      answer: PolicyHistory,
    },
    async handle({ request }): Promise<PolicyHistory> {
      const { limit } = parseInput(HistoryQuery, request.query);
      const { activations, refusals } = await askPolicy(bus.connection, { kind: "history", limit }, "history");
      return {
        object: "list",
        data: activations.map(({ atMs, ...rest }) => ({ object: "policy-activation", at: isoOf(atMs), ...rest })),
        refusals: refusals.map(({ atMs, ...rest }) => ({ at: isoOf(atMs), ...rest })),
      };
    },
  };
}

function currentRoute({ bus }: PolicyContext): AdminRoute {
  return {
    method: "GET",
    path: `${ADMIN}/policies/current`,
    access: "read-policies",
    doc: { summary: "The policy in force, as decisions name it.", status: 200, answer: StoredPolicy },
    async handle() {
      const { digest, document } = await askPolicy(bus.connection, { kind: "show" }, "shown");
      return { object: "policy", digest, document: JSON.parse(document) as unknown };
    },
  };
}

function storedRoute({ bus }: PolicyContext): AdminRoute {
  return {
    method: "GET",
    path: `${ADMIN}/policies/:digest`,
    access: "read-policies",
    doc: {
      summary: "A policy that decisions name, or a version of what was applied, by its digest.",
      status: 200,
      answer: StoredPolicy,
    },
    async handle({ request }) {
      const { digest } = request.params as { digest: string };
      if (!Digest.safeParse(digest).success)
        throw new SignalboxError("not-found", "There is no policy of this digest.");
      const { of, document } = await askPolicy(bus.connection, { kind: "read", digest }, "read");
      return { object: of, digest, document: JSON.parse(document) as unknown };
    },
  };
}

function checkRoute({ bus }: PolicyContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/policies/check`,
    access: "manage-policies",
    doc: {
      summary: "Checks files and runs the tests that they carry, over the catalogue and the configuration of the line.",
      status: 200,
      body: PolicyFiles,
      answer: PolicyCheck,
    },
    async handle({ request }) {
      const { files } = await readInput(request.raw, PolicyFiles, BODY_LIMITS);
      const { problems, warnings, rules, tests, version } = await check(bus, files);
      return { object: "policy-check", valid: problems.length === 0, problems, warnings, rules, tests, version };
    },
  };
}

function diffRoute({ bus, replays }: PolicyContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/policies/diff`,
    access: "manage-policies",
    doc: {
      summary: "Starts a replay that decides recorded requests anew by these files, and says what they would change.",
      status: 202,
      body: PolicyDiff,
      answer: PolicyDiffStarted,
    },
    async handle({ request, reply, principal }) {
      const { files, from, to, fromIndex, toIndex = null } = await readInput(request.raw, PolicyDiff, BODY_LIMITS);
      const { document, problems } = await check(bus, files);
      if (document === null) throw policyRefusal(problems);
      const replay = await replays.start(principal, {
        kind: "diff",
        fromIndex,
        toIndex,
        fromMs: from === undefined ? null : Date.parse(from),
        toMs: to === undefined ? null : Date.parse(to),
        policy: null,
        documents: { policy: PolicyDocument.parse(JSON.parse(document)) },
      });
      reply.code(202).header("location", `/v1/replays/${replay.id}`);
      return { object: "policy-diff", policy: replay.order.policy, replay };
    },
  };
}

function applyRoute({ bus }: PolicyContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/policies`,
    access: "manage-policies",
    doc: {
      summary:
        "Puts files in force on every replica within a second, once their own tests hold; broken ones change nothing.",
      status: 200,
      body: PolicyFiles,
      answer: ActivePolicy,
    },
    async handle({ request, principal }) {
      const { files } = await readInput(request.raw, PolicyFiles, BODY_LIMITS);
      return activate(bus, { kind: "apply", files, actor: actorOf(principal) });
    },
  };
}

function rollbackRoute({ bus }: PolicyContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/policies/rollback`,
    access: "manage-policies",
    doc: {
      summary: "Puts an earlier version in force again, once its tests hold.",
      status: 200,
      body: PolicyRollback,
      answer: ActivePolicy,
    },
    async handle({ request, principal }) {
      const { to = null } = await readInput(request.raw, PolicyRollback, BODY_LIMITS);
      return activate(bus, { kind: "rollback", to, actor: actorOf(principal) });
    },
  };
}

function check(
  bus: Bus,
  files: z.infer<typeof PolicyFiles>["files"],
): Promise<Extract<PolicyAnswer, { kind: "checked" }>> {
  return askPolicy(bus.connection, { kind: "check", files }, "checked");
}

async function activate(bus: Bus, command: PolicyCommand): Promise<z.infer<typeof ActivePolicy>> {
  const { kind: _kind, ...rest } = await askPolicy(bus.connection, command, "activated");
  return { object: "policy-activation", ...rest };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
