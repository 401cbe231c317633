import type { MethodDefinition } from "@grpc/grpc-js";

export const bytes = (value: Buffer): Buffer => value;

/** One call for all requests, as ingress keeps one with each dispatcher. */
export const EXCHANGE: MethodDefinition<Buffer, Buffer> = {
  path: "/sketch.Dispatcher/Exchange",
  requestStream: true,
  responseStream: true,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
};

const HEAD_BYTES = 4;
/** Says that nothing of a request follows. */
export const NOTHING = Buffer.alloc(0);

/** A piece of one request in the shared call: the request's number before its bytes. */
export function pieceOf(id: number, content: Buffer): Buffer {
  const piece = Buffer.allocUnsafe(HEAD_BYTES + content.length);
  piece.writeUInt32BE(id);
  content.copy(piece, HEAD_BYTES);
  return piece;
}

export function readPiece(piece: Buffer): { readonly id: number; readonly content: Buffer } {
  return { id: piece.readUInt32BE(), content: piece.subarray(HEAD_BYTES) };
}
