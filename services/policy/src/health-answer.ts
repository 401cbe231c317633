import { type Bus, subscribe } from "@signalbox/kit";
import { HEALTH_SUBJECT } from "@signalbox/proto";
import type { DecisionDocuments } from "./decision-documents.ts";

/**
 * Answers requests on HEALTH_SUBJECT with `{documents, health}`: the digests of the documents that decisions name at
 * present, and the health snapshot among them. Any one instance answers.
 */
export function answerHealth(bus: Bus, documents: DecisionDocuments): Disposable {
  return subscribe(bus, HEALTH_SUBJECT, {
    queue: "policy",
    callback: (error, message) => {
      if (error === null) message.respond(JSON.stringify({ documents: documents.names, health: documents.health }));
    },
  });
}
