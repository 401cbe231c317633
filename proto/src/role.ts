import { z } from "zod";

/** The role of a key's or a token's bearer; `services/ingress/src/identity/authorise.ts` says what each may do. */
export const ROLES = ["owner", "admin", "operator", "auditor", "member"] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;
