import { createKey, type KeyDatabase } from "@signalbox/ingress/keys";
import type { Kysely } from "kysely";
import { withKysely } from "../postgres/with-kysely.ts";
import type { FirstKeys } from "./first-keys.ts";

const DEFAULT_TENANT = "default";

/** Makes the two keys of an installation, and its first tenant. */
export function makeFirstKeys(ownerUrl: string, pepper: Buffer): Promise<FirstKeys> {
  return withKysely(ownerUrl, async (db: Kysely<KeyDatabase>) => {
    const tenant = DEFAULT_TENANT;
    const member = await createKey(db, { tenant, role: "member", name: "first key", pepper });
    const admin = await createKey(db, { tenant, role: "owner", name: "first admin key", pepper });
    return { apiKey: member.secretKey, adminKey: admin.secretKey };
  });
}
