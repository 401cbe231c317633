/** The table of stored responses, as migration 0013 in `infra/postgres/migrations` makes it. */
export type ResponseDatabase = {
  stored_response: {
    tenant: string;
    id: string;
    created_at: Date;
    expires_at: Date;
    sealed: Buffer;
  };
};
