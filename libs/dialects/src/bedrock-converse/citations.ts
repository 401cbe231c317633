import { isObject } from "../check/check-value.ts";
import { objectsOf, saidText, textOf } from "../check/field-value.ts";
import type { NeutralAnnotation } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

/** A citation of a block or a delta: it belongs to all of the text beside it. */
export function readCitation(body: JsonObject): NeutralAnnotation {
  const { title, source, sourceContent, location } = body;
  const web = isObject(location) && isObject(location["web"]) ? location["web"] : {};
  const url = saidText(web["url"]) ?? urlOrNull(source);
  const cited = objectsOf(sourceContent);
  const citedText = cited.map((each) => textOf(each["text"])).join("");
  return {
    kind: url === null ? "document" : "url",
    url,
    title: saidText(title),
    citedText: citedText === "" ? null : citedText,
    start: null,
    end: null,
    form: "bedrock-converse",
    body,
  };
}

function urlOrNull(value: unknown): string | null {
  return typeof value === "string" && /^https?:\/\//.test(value) ? value : null;
}
