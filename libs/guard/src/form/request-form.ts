/** The structure of a request, beside its texts. */
export type RequestForm = {
  readonly messages: number;
  /** The names of the tools that it offers; null: a tool that has none. */
  readonly tools: readonly (string | null)[];
  /** The calls that its conversation holds. */
  readonly calls: readonly ToolCall[];
  readonly attachments: readonly Attachment[];
};

/** `arguments` is JSON as the model wrote it; null: free text, which fits no schema. */
export type ToolCall = { readonly name: string; readonly arguments: string | null };

export type Attachment = {
  /** `image/png`; empty where the request does not say. */
  readonly mime: string;
  /** url: the provider fetches it; file: the provider has it already. */
  readonly where: "inline" | "url" | "file";
  /** null when it is not inline. */
  readonly bytes: number | null;
};
