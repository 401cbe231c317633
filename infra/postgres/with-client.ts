import { Client } from "pg";

/**
 * One connection for as long as `use` takes. `unreachable` makes the error that is thrown when there is none to be had.
 */
export async function withClient<T>(
  url: string,
  use: (client: Client) => Promise<T>,
  unreachable: (error: Error) => Error = (error) => error,
): Promise<T> {
  const client = new Client({ connectionString: url });
  // A connection that ends by itself fails its queries; without a listener it would end the process as well.
  client.on("error", () => {});
  await client.connect().catch((error: Error) => {
    throw unreachable(error);
  });
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
