import { runService } from "@signalbox/kit";
import { Config } from "./config.ts";
import { startAuditLedger } from "./service.ts";

await runService({ name: "audit-ledger", config: Config, start: startAuditLedger });
