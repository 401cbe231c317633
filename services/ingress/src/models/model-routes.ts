import { SignalboxError } from "@signalbox/proto";
import { callerDialectOf } from "../http/caller-dialect.ts";
import type { Exchange, Route } from "../http/route.ts";
import { type Embedders, modelFormOf, type ModelForm } from "./model-forms.ts";
import type { ModelList } from "./model-list.ts";

/** /v1/models, and Gemini's /v1beta/models, in the form of the caller's dialect. Ids hold slashes, written plainly or as %2F. */
export function modelRoutes(list: ModelList): Route[] {
  return ["/v1/models", "/v1beta/models"].flatMap((path): Route[] => [
    {
      method: "GET",
      path,
      access: "ask",
      handle: async (exchange) => formFor(exchange).list([...(await list.read()).values()], await embeddersOf(list)),
    },
    {
      method: "GET",
      path: `${path}/*`,
      access: "ask",
      async handle(exchange) {
        const { "*": id } = exchange.request.params as { "*": string };
        const model = (await list.read()).get(id);
        if (model === undefined) {
          throw new SignalboxError("model-not-found", "The model does not exist, or is not offered here.", {
            details: { param: "model" },
          });
        }
        return formFor(exchange).one(model, await embeddersOf(list));
      },
    },
  ]);
}

/** Google's SDKs choose models by what their list says of them. */
async function embeddersOf(list: ModelList): Promise<Embedders> {
  return new Set(await list.serving("embeddings"));
}

function formFor({ request }: Exchange): ModelForm {
  return modelFormOf(callerDialectOf(request.url, request.headers));
}
