export { callerOf, knownCaller, type Callers } from "./grpc-callers.ts";
export * from "./grpc-client.ts";
export * from "./grpc-error.ts";
export * from "./grpc-server.ts";
