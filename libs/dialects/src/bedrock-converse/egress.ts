import type { EgressCodec } from "../egress-codec.ts";
import { credentials } from "./aws-key.ts";
import { parseError } from "./error.ts";
import { EventStreamParser } from "./event-stream.ts";
import { parseResponse } from "./parse-response.ts";
import { renderRequest } from "./render-request.ts";
import { type ConverseReadState, readEnd, readEvent, startReading } from "./stream.ts";
import { readUsage } from "./usage.ts";

/** Amazon Bedrock's Converse and ConverseStream (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
export const bedrockConverseEgress: EgressCodec<ConverseReadState> = {
  wire: "bedrock-converse",
  form: "bedrock-converse",
  // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html
  toolName: /^[a-zA-Z0-9_-]{1,64}$/,
  credentials,
  renderRequest,
  parseResponse,
  reportedUsage: (body) => readUsage(body["usage"], body["serviceTier"]),
  openEvents: (contentType) => (/\bjson\b/i.test(contentType) ? null : new EventStreamParser()),
  startReading,
  readEvent,
  readEnd,
  parseError,
};
