import { join } from "node:path";
import type { Config as LedgerConfig } from "@signalbox/audit-ledger/config";
import type { Config as CacheConfig } from "@signalbox/cache/config";
import type { Config as ClassifierConfig } from "@signalbox/classifier/config";
import type { Config as DispatcherConfig } from "@signalbox/dispatcher/config";
import type { Config as IngressConfig } from "@signalbox/ingress/config";
import type { Config as PolicyConfig } from "@signalbox/policy/config";
import type { StageName } from "@signalbox/proto";
import type { z } from "zod";
import { offersOf } from "../catalogue/operation-models.ts";
import { PROVIDER_HEADS } from "../catalogue/provider-heads.ts";
import type { ResolvedProviders } from "../catalogue/resolve-providers.ts";
import type { Home } from "../home/home.ts";
import type { LineKeys } from "../home/line-keys.ts";
import type { DatabaseService } from "../postgres/roles.ts";
import type { Ports } from "../supervisor/choose-ports.ts";
import { markConfig } from "./config-mark.ts";
import { catalogueFile, guardFile, hostsFile, policyFile } from "./document-files.ts";
import type { SignalboxConfig } from "./signalbox-config.ts";

export type ServiceConfigs = {
  readonly ingress: z.input<typeof IngressConfig>;
  readonly classifier: z.input<typeof ClassifierConfig>;
  readonly cache: z.input<typeof CacheConfig>;
  readonly policy: z.input<typeof PolicyConfig>;
  readonly dispatcher: z.input<typeof DispatcherConfig>;
  readonly "audit-ledger": z.input<typeof LedgerConfig>;
};

/** Where services listen and find each other: all on this machine, or each in a container under its own name. */
export type Places = {
  readonly bindHost: string;
  readonly hostOf: (stage: StageName) => string;
};

export const ONE_MACHINE: Places = { bindHost: "127.0.0.1", hostOf: () => "127.0.0.1" };

type RenderOptions = {
  readonly places: Places;
  readonly config: SignalboxConfig;
  readonly home: Home;
  readonly keys: LineKeys;
  readonly ports: Ports;
  readonly providers: ResolvedProviders["providers"];
  readonly natsUrl: string;
  readonly postgresUrl: (role: DatabaseService) => string;
};

const MS_PER_SECOND = 1_000;
/** One try's share of the pipeline's deadline, so that there is time for more when a stage dies. */
const ATTEMPT_SHARE = 0.3;

/** Each service's own config, from the operator's file and what this installation has made and found. */
export function renderServiceConfigs(options: RenderOptions): ServiceConfigs {
  return {
    ingress: ingress(options),
    classifier: common(options, "classifier"),
    cache: cache(options),
    policy: {
      ...common(options, "policy"),
      ...signing(options, "policy"),
      postgres: { url: options.postgresUrl("policy") },
      cataloguePath: catalogueFile(options.home),
      policyPath: policyFile(options.home),
      guardPath: guardPathOf(options),
      configMark: markConfig(options.config),
      budgets: budgets(options),
    },
    dispatcher: dispatcher(options),
    "audit-ledger": ledger(options),
  };
}

type Common = {
  logLevel: SignalboxConfig["log"]["level"];
  nats: { url: string; seedFile: string };
  healthPort?: number;
  healthHost?: string;
};

function common({ config, natsUrl, keys, ports, places }: RenderOptions, stage: StageName): Common {
  const service = { logLevel: config.log.level, nats: { url: natsUrl, seedFile: keys.nats.seedFiles[stage] } };
  if (stage === "ingress") return service;
  return { ...service, healthPort: ports[`${stage}-health`], healthHost: places.bindHost };
}

function signing({ keys }: RenderOptions, stage: StageName): { signingKeyFile: string } {
  const file = keys.signingFiles[stage];
  if (file === undefined) throw new Error(`The flow says that ${stage} records nothing, so it has no key.`);
  return { signingKeyFile: file };
}

function listening({ places }: RenderOptions, stage: StageName): { host: string; advertiseHost: string } {
  return { host: places.bindHost, advertiseHost: places.hostOf(stage) };
}

function ingress(options: RenderOptions): ServiceConfigs["ingress"] {
  const { config, home, keys, places, ports } = options;
  const { limits } = config;
  return {
    ...common(options, "ingress"),
    ...signing(options, "ingress"),
    grpcTokenFile: keys.grpcTokenFiles.ingress,
    operatorTokenFile: keys.grpcTokenFiles.operator,
    postgres: { url: options.postgresUrl("ingress") },
    http: {
      host: places.bindHost,
      port: ports.http,
      bodyMaxBytes: limits.bodyMaxBytes,
      bodyTimeoutMs: limits.bodyTimeoutMs,
      inFlightMax: limits.inFlightMax,
      bodiesMaxBytes: limits.bodiesMaxBytes,
      browserOrigins: config.browserOrigins,
    },
    identity: { ...config.identity },
    ledgerAddress: `${places.hostOf("audit-ledger")}:${ports.ledger}`,
    pepperFile: keys.pepperFile,
    cataloguePath: catalogueFile(home),
    hostsPath: hostsFile(home),
    offers: offersOf(PROVIDER_HEADS),
    region: config.region,
    guardPath: guardPathOf(options),
    audit: config.audit,
    cache: { enabled: config.cache.enabled },
    responses: { ...config.retention.responses },
    content: { ...config.retention.content },
    deadlines: {
      attemptTimeoutMs: attemptTimeoutMs(limits),
      pipelineTimeoutMs: limits.pipelineTimeoutMs,
      answerTimeoutMs: limits.answerTimeoutMs,
      stalledClientTimeoutMs: limits.stalledClientTimeoutMs,
    },
  };
}

function budgets({ config }: RenderOptions): ServiceConfigs["policy"]["budgets"] {
  const { leaseSeconds, webhook } = config.budgets;
  return { leaseMs: leaseSeconds * MS_PER_SECOND, webhook: webhook ?? null };
}

function guardPathOf({ config, home }: RenderOptions): string | null {
  return config.guardrails.enabled ? guardFile(home) : null;
}

function cache(options: RenderOptions): ServiceConfigs["cache"] {
  const { keys, ports } = options;
  const { enabled, ttlSeconds, maxBytes, memoryMaxBytes, entryMaxBytes } = options.config.cache;
  const callers = { ingress: keys.grpcDigests.ingress, dispatcher: keys.grpcDigests.dispatcher };
  return {
    ...common(options, "cache"),
    grpc: { ...listening(options, "cache"), port: ports.cache, callers },
    postgres: { url: options.postgresUrl("cache") },
    enabled,
    maxBytes,
    memoryMaxBytes,
    entryMaxBytes,
    ttlMaxSeconds: ttlSeconds,
  };
}

function dispatcher(options: RenderOptions): ServiceConfigs["dispatcher"] {
  const { config, keys, ports, providers } = options;
  return {
    ...common(options, "dispatcher"),
    ...signing(options, "dispatcher"),
    grpc: {
      ...listening(options, "dispatcher"),
      port: ports.dispatcher,
      callers: { ingress: keys.grpcDigests.ingress },
    },
    grpcTokenFile: keys.grpcTokenFiles.dispatcher,
    guardPath: guardPathOf(options),
    providers: Object.fromEntries(Object.entries(providers).map(([name, access]) => [name, { ...access }])),
    receiptTimeoutMs: attemptTimeoutMs(config.limits),
    timeouts: { totalMs: config.limits.answerTimeoutMs },
    limits: { inFlightMax: config.limits.inFlightMax },
  };
}

/** The deadline of one try, and of waiting for a receipt: a ledger that stands still delays nobody for longer. */
function attemptTimeoutMs({ pipelineTimeoutMs }: SignalboxConfig["limits"]): number {
  return Math.max(50, Math.round(pipelineTimeoutMs * ATTEMPT_SHARE));
}

function ledger(options: RenderOptions): ServiceConfigs["audit-ledger"] {
  const { config, home, keys, ports } = options;
  const callers = { ingress: keys.grpcDigests.ingress, operator: keys.grpcDigests.operator };
  return {
    ...common(options, "audit-ledger"),
    ...signing(options, "audit-ledger"),
    grpc: { ...listening(options, "audit-ledger"), port: ports.ledger, callers },
    files: { host: options.places.bindHost, port: ports.register },
    witness: {
      policyFile: config.register.witnessPolicy,
      unwitnessedAfterMs: unwitnessedAfterMs(config.register.unwitnessedAfterSeconds),
    },
    postgres: { url: options.postgresUrl("audit-ledger") },
    checkpoint: {
      origin: config.register.origin,
      keyFile: keys.logKeyFile,
      stateFile: join(home.ledger, "signed-head.json"),
    },
  };
}

function unwitnessedAfterMs(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1_000;
}
