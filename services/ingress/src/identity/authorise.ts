import { type Role, SignalboxError } from "@signalbox/proto";
import { LINE_RIGHTS, type Reach, type Right, RIGHTS } from "./right.ts";

const MEMBER: readonly Right[] = ["ask", "read-records", "replay", "renew-key"];
const LOOK: readonly Right[] = [
  "read-records",
  "replay",
  "renew-key",
  "read-settings",
  "read-costs",
  "read-policies",
  "reach-all-tenants",
];

/** The rights of each role. */
const GRANTS = new Map<Role, ReadonlySet<Right>>([
  ["owner", new Set(RIGHTS)],
  ["admin", new Set(RIGHTS.filter((right) => right !== "manage-owners"))],
  ["operator", new Set<Right>([...MEMBER, ...LOOK, "manage-budgets"])],
  // An auditor asks no models and changes nothing.
  ["auditor", new Set(LOOK)],
  ["member", new Set(MEMBER)],
]);

const OF_THE_LINE: ReadonlySet<Right> = new Set(LINE_RIGHTS);

type Bearer = { readonly role: Role; readonly reach: Reach };

/** Whether a bearer has a right. A role that is unknown here, as after a downgrade, has none. */
export function may({ role, reach }: Bearer, right: Right): boolean {
  return GRANTS.get(role)?.has(right) === true && (reach === "line" || !OF_THE_LINE.has(right));
}

/** Throws `forbidden` unless the bearer has the right. */
export function authorise(bearer: Bearer, right: Right): void {
  if (may(bearer, right)) return;
  const { role, reach } = bearer;
  const whose = reach === "tenant" && OF_THE_LINE.has(right) ? ` in a tenant that does not run the line` : "";
  throw new SignalboxError(
    "forbidden",
    `This needs the right '${right}', which the role ${role} does not give${whose}.`,
  );
}

/** Throws `forbidden` unless the bearer may make and change keys of this role: those of owners need a right of their own. */
export function authoriseRole(bearer: Bearer, role: Role): void {
  if (role === "owner") authorise(bearer, "manage-owners");
}
