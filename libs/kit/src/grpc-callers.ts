import { createHash, timingSafeEqual } from "node:crypto";
import { ServerInterceptingCall, status, type Metadata, type ServerInterceptor } from "@grpc/grpc-js";
import { SignalboxError } from "@signalbox/proto";
import { toGrpcError } from "./grpc-error.ts";

/** Service name → `sha256:<hex>` of its token. */
export type Callers = Readonly<Record<string, string>>;

/** Where the name of the calling service stands in a served call's metadata, in place of its token. */
const CALLER = "signalbox-caller";

/**
 * The service whose token an `authorization` header bears; compared in constant time. Throws `invalid-api-key` for an
 * unknown token.
 */
export function knownCaller(authorization: string | undefined, callers: Callers): string {
  const token = authorization?.startsWith("Bearer ") === true ? authorization.slice("Bearer ".length) : "";
  const digest = createHash("sha256").update(token).digest();
  for (const [service, expected] of Object.entries(callers)) {
    if (timingSafeEqual(digest, Buffer.from(expected.slice("sha256:".length), "hex"))) return service;
  }
  throw new SignalboxError("invalid-api-key", "The calling service's token is not known here.");
}

/** The calling service of a call that `startGrpcServer` let through. */
export function callerOf(metadata: Metadata): string {
  return String(metadata.get(CALLER)[0]);
}

/**
 * Ends a call of an unknown service (UNAUTHENTICATED), or of one that may not call this method by its path
 * (PERMISSION_DENIED, by `mayCall`), before anything of it is read: what a stranger sends is thrown away as it comes,
 * and no handler ever sees it. `onKnown` is told the `address:port` from which a known service calls.
 */
export function admitCallers(
  callers: Callers,
  { mayCall, onKnown }: { mayCall: (path: string, caller: string) => boolean; onKnown: (peer: string) => void },
): ServerInterceptor {
  const admit = (path: string, peer: string, metadata: Metadata): void => {
    const [authorization] = metadata.get("authorization");
    const caller = knownCaller(authorization?.toString(), callers);
    onKnown(peer);
    if (!mayCall(path, caller)) throw new SignalboxError("forbidden", `${caller} may not call ${path}.`);
    metadata.remove("authorization");
    // Replaces whatever the caller itself wrote there.
    metadata.set(CALLER, caller);
  };
  return ({ path }, call) => {
    const admitted = new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, pass) {
            try {
              admit(path, call.getPeer(), metadata);
            } catch (error) {
              const isKnown = SignalboxError.from(error).code === "forbidden";
              const code = isKnown ? status.PERMISSION_DENIED : status.UNAUTHENTICATED;
              admitted.sendStatus({ code, details: toGrpcError(error).details });
              return;
            }
            pass(metadata);
          },
        });
      },
    });
    return admitted;
  };
}
