import type { CallerContext, Role } from "@signalbox/proto";

/** What a bearer belongs to within its tenant, and its role. */
export type CallerIdentity = Pick<CallerContext, "team" | "project" | "user" | "serviceAccount" | "roles">;

type Named = {
  readonly team: string | null;
  readonly project: string | null;
  readonly user: string | null;
  readonly serviceAccount: string | null;
  readonly role: Role;
};

/** The identity that is sent with each request; undefined for a member of whom nothing more is known. */
export function callerIdentity({ team, project, user, serviceAccount, role }: Named): CallerIdentity | undefined {
  const identity: CallerIdentity = {
    ...(team === null ? {} : { team }),
    ...(project === null ? {} : { project }),
    ...(user === null ? {} : { user }),
    ...(serviceAccount === null ? {} : { serviceAccount }),
    ...(role === "member" ? {} : { roles: [role] }),
  };
  return Object.keys(identity).length === 0 ? undefined : identity;
}
