import type { Generated } from "kysely";

/** The tables of retained content and of erasures, as migrations 0020 and 0044 in `infra/postgres/migrations` make them. */
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
  erasure: { id: string };
};
