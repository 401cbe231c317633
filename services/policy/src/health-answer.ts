import { type Bus, subscribe } from "@signalbox/kit";
import { HEALTH_SUBJECT } from "@signalbox/proto";
import type { DecisionDocuments } from "./decision-documents.ts";

/**
 * Answers whoever asks how the endpoints are, with `{documents, health}`: the digests that decisions name at this
 * moment, and the snapshot behind one of them. Any one instance answers.
 */
export function answerHealth(bus: Bus, documents: DecisionDocuments): Disposable {
  return subscribe(bus, HEALTH_SUBJECT, {
    queue: "policy",
    callback: (error, message) => {
      if (error === null) message.respond(JSON.stringify({ documents: documents.names, health: documents.health }));
    },
  });
}
