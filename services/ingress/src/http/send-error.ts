import { SignalboxError } from "@signalbox/proto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Metrics } from "../metrics.ts";
import { callerDialectOf } from "./caller-dialect.ts";
import { errorAnswer } from "./error-answer.ts";

/** Coding agents that ask for OpenAI's WebSocket fall back to HTTP at once on this status; on any other they keep trying. */
const UPGRADE_REQUIRED = 426;

function asksForWebSocket({ method, headers }: FastifyRequest): boolean {
  return method === "GET" && headers.upgrade?.toLowerCase() === "websocket";
}

/** Answers with an error in the caller's dialect, as the URL and the headers tell it. */
export function sendError(reply: FastifyReply, error: SignalboxError, metrics: Metrics): FastifyReply {
  const { request } = reply;
  const { status, headers, body } = errorAnswer(error, callerDialectOf(request.url, request.headers));
  metrics.countError(error.code);
  if (error.code === "method-not-allowed" && asksForWebSocket(request)) {
    return reply
      .code(UPGRADE_REQUIRED)
      .headers({ ...headers, ...idHeaders(request), upgrade: "HTTP/1.1" })
      .send(body);
  }
  return reply.code(status).headers(idHeaders(request)).headers(headers).send(body);
}

/** The request's id; Anthropic's SDK reads it from `request-id`. */
export function idHeaders({ id, headers }: FastifyRequest): Record<string, string> {
  return headers["anthropic-version"] === undefined ? { "x-request-id": id } : { "x-request-id": id, "request-id": id };
}

/** An error of the framework as a typed one, by its status; its message is not shown to the caller. */
export function fromFrameworkError(error: unknown): SignalboxError {
  const status = (error as { statusCode?: number } | null)?.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    return new SignalboxError("invalid-request", "The request cannot be read.", { cause: error });
  }
  return SignalboxError.from(error);
}
