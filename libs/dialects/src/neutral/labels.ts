import type { Labels } from "@signalbox/proto";
import type { NeutralRequest } from "./request.ts";

/** What the caller wrote on the request for its own books. */
export function labelsOf(request: NeutralRequest): Pick<Labels, "user" | "metadata"> {
  return {
    ...(request.user === null ? {} : { user: request.user }),
    ...(request.metadata === null ? {} : { metadata: request.metadata }),
  };
}
