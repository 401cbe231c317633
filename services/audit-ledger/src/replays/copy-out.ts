import type { Connection, PoolClient, Submittable } from "pg";

/**
 * Runs a `COPY … TO STDOUT` and hands over what it sends, message by message. The bytes are the connection's: they are
 * to be copied before the function returns.
 */
export function copyOut(client: PoolClient, statement: string, onData: (bytes: Buffer) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let thrown: { readonly error: unknown } | null = null;
  // What the client calls on the query that is under way.
  const query: Submittable & Record<string, unknown> = {
    submit: (connection: Connection) => connection.query(statement),
    handleCopyData({ chunk }: { readonly chunk: Buffer }) {
      if (thrown !== null) return;
      try {
        onData(chunk);
      } catch (error) {
        thrown = { error };
      }
    },
    handleCommandComplete() {},
    handleReadyForQuery() {
      if (thrown === null) resolve();
      else reject(thrown.error);
    },
    handleError: reject,
  };
  client.query(query);
  return promise;
}
