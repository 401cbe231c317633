import type { Duplex } from "node:stream";
import { SignalboxError } from "@signalbox/proto";
import { errorAnswer } from "./error-answer.ts";

/**
 * What the HTTP parser could not read, or what took too long to arrive, has no request to answer: it is answered on the
 * socket.
 */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  // An answer that is under way on this connection must not be cut by another one.
  const current = (socket as { _httpMessage?: { headersSent: boolean } | null })._httpMessage;
  if (error.code !== "ECONNRESET" && socket.writable && current?.headersSent !== true) {
    const { status, headers, body } = errorAnswer(
      error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? new SignalboxError("request-timeout", "The request took too long to arrive.")
        : new SignalboxError("invalid-request", "The request is not valid HTTP."),
      "openai-chat",
    );
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `HTTP/1.1 ${status} ${status === 408 ? "Request Timeout" : "Bad Request"}\r\n${head.join("")}` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroy();
}
