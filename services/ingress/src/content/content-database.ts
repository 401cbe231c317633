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
};
