import { createLogger } from "@signalbox/kit";
import { Config } from "../../services/ingress/src/config.ts";
import type { ContentDatabase } from "../../services/ingress/src/content/content-database.ts";
import { ContentStore } from "../../services/ingress/src/content/content-store.ts";
import { ContentSeal } from "../../services/ingress/src/responses/content-seal.ts";
import type { IngressRig } from "./ingress-rig.ts";

type Options = ConstructorParameters<typeof ContentStore>[0];

/** The retained content of a rig, beside its service's own. It records nothing unless given how, and tells no cache. */
export function openContentStore(
  { db, pepper }: Pick<IngressRig, "db" | "pepper">,
  { tenantMaxBytes, record }: { readonly tenantMaxBytes?: number; readonly record?: Options["record"] } = {},
): ContentStore {
  const config = Config.shape.content.parse(undefined);
  return new ContentStore({
    db: db.withTables<ContentDatabase>(),
    seal: new ContentSeal(pepper, "signalbox.retained-content.v1"),
    config: { ...config, tenantMaxBytes: tenantMaxBytes ?? config.tenantMaxBytes },
    record: record ?? (() => Promise.resolve()),
    forgetAnswers: () => {},
    log: createLogger("test", { logLevel: "silent", instance: "test" }),
  });
}
