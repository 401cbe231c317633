/** Sends back whatever comes: what of a proof's time is the machine's own, to wake two processes in turn. */
import { createServer } from "node:net";

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("data", (bytes) => socket.write(bytes));
  socket.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? (address?.port ?? 0) : 0 });
});
process.once("disconnect", () => process.exit(0));
