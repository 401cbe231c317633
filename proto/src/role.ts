import { z } from "zod";

/** What the bearer of a key or a token is to the line; what each may do is said where requests are authorised. */
export const ROLES = ["owner", "admin", "operator", "auditor", "member"] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;
