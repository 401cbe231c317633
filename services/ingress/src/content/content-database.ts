import type { Generated } from "kysely";

/** The tables of retained content, as migration 0020 in `infra/postgres/migrations` makes them. */
export type ContentDatabase = {
  content_key: { id: Generated<string>; tenant: string; key: Buffer };
  retained_content: {
    request_id: string;
    tenant: string;
    key_id: string;
    created_at: Date;
    expires_at: Date;
    sealed: Buffer;
    size: Generated<number>;
  };
  /** What else holds content, as migrations 0003 and 0013 make it; of the cache's no more may be read here. */
  cache_entry: { entry_id: string; tenant: string; key: string; created_at: Date };
  stored_response: { tenant: string; id: string; created_at: Date };
};
