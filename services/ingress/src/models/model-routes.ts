import { SignalboxError } from "@signalbox/proto";
import { callerDialectOf } from "../http/caller-dialect.ts";
import type { Exchange, Route } from "../http/route.ts";
import { modelFormOf, type ModelForm } from "./model-forms.ts";
import type { NameHosts } from "./known-hosts.ts";
import type { ModelList } from "./model-list.ts";

/** /v1/models, and Gemini's /v1beta/models, in the form of the caller's dialect. Ids hold slashes, written plainly or as %2F. */
export function modelRoutes(list: ModelList, nameHosts: NameHosts): Route[] {
  return ["/v1/models", "/v1beta/models"].flatMap((path): Route[] => [
    {
      method: "GET",
      path,
      access: "ask",
      handle: async (exchange) => formFor(exchange).list([...(await list.read()).values()], await list.embedders()),
    },
    {
      method: "GET",
      path: `${path}/*`,
      access: "ask",
      async handle(exchange) {
        const { "*": id } = exchange.request.params as { "*": string };
        const model = await list.find(id);
        if (model === undefined) {
          const problem = "The model does not exist, or is not offered here; GET /v1/models lists those that are.";
          throw nameHosts(new SignalboxError("model-not-found", problem, { details: { param: "model" } }), id);
        }
        return formFor(exchange).one(model, await list.embedders());
      },
    },
  ]);
}

function formFor({ request }: Exchange): ModelForm {
  return modelFormOf(callerDialectOf(request.url, request.headers));
}
