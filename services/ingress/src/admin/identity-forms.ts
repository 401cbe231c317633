import { TenantId } from "@signalbox/proto";
import { z } from "zod";
import { Name } from "./key-forms.ts";

/** What a tenant is divided into, and the API path of each kind. */
export const IDENTITY_KINDS = ["team", "project", "user", "service-account"] as const;
export type IdentityKind = (typeof IDENTITY_KINDS)[number];
export const IDENTITY_PATHS = {
  team: "teams",
  project: "projects",
  user: "users",
  "service-account": "service-accounts",
} as const satisfies Record<IdentityKind, string>;

const within = {
  /** Its team; where a project is given too, that project's team. */
  team: Name.nullish(),
  /** Of users and service accounts. */
  project: Name.nullish(),
};
const Title = z.string().min(1).max(128);

export const NewIdentity = z.strictObject({
  id: Name,
  name: Title.optional(),
  /** The asking admin's own unless it is given; a new one is made. */
  tenant: TenantId.optional(),
  ...within,
});
export type NewIdentity = z.infer<typeof NewIdentity>;

/** What is left out stays. Keys and tokens of a disabled identity, and of whatever is within it, are refused. */
export const IdentityChange = z.strictObject({ name: Title.optional(), ...within, disabled: z.boolean().optional() });
export type IdentityChange = z.infer<typeof IdentityChange>;

export const IdentityQuery = z.strictObject({ tenant: TenantId.optional() });

export const AdminIdentity = z.strictObject({
  object: z.enum(IDENTITY_KINDS),
  tenant: TenantId,
  id: z.string(),
  name: z.string(),
  team: z.string().nullable(),
  project: z.string().nullable(),
  createdAt: z.iso.datetime(),
  disabledAt: z.iso.datetime().nullable(),
});
export type AdminIdentity = z.infer<typeof AdminIdentity>;
export const IdentityList = z.strictObject({ object: z.literal("list"), data: z.array(AdminIdentity) });
