/** The parts of a NATS message that are used. */
export type Delivery = {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply?: string;
  readonly headers?: { readonly code: number; readonly description: string };
  respond(data?: Uint8Array): boolean;
};

/** How many messages wait in the stream behind this one: the last token of the subject that acknowledges it. */
export function pendingAfter({ reply = "" }: Delivery): number {
  return Number(reply.slice(reply.lastIndexOf(".") + 1));
}
