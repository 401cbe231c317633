import { maxHeaderSize } from "node:http";
import type { Duplex } from "node:stream";
import { SignalboxError } from "@signalbox/proto";
import { errorAnswer } from "./error-answer.ts";

/**
 * Answers, on the socket itself, what the HTTP parser could not read or what took too long to arrive: there is no request
 * object then.
 */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Another answer must not be written into one that is under way on this connection.
  const current = (socket as { _httpMessage?: { headersSent: boolean } | null })._httpMessage;
  if (error.code !== "ECONNRESET" && socket.writable && current?.headersSent !== true) {
    const { status, headers, body } = errorAnswer(brokenBy(error), "openai-chat");
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `HTTP/1.1 ${status} ${status === 408 ? "Request Timeout" : "Bad Request"}\r\n${head.join("")}` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroy();
}

function brokenBy({ code }: NodeJS.ErrnoException): SignalboxError {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new SignalboxError("request-timeout", "The request took too long to arrive.");
  }
  const what =
    code === "HPE_HEADER_OVERFLOW" ? `'s headers are larger than ${maxHeaderSize} bytes` : " is not valid HTTP";
  return new SignalboxError("invalid-request", `The request${what}.`);
}
