/** The service's words for media types; a type that has none is not taken. */
const IMAGES = new Map(
  Object.entries({ "image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp" }),
);

const DOCUMENTS = new Map(
  Object.entries({
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
  }),
);

const VIDEOS = new Map(
  Object.entries({
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "video/mpeg": "mpeg",
    "video/x-flv": "flv",
    "video/x-ms-wmv": "wmv",
    "video/3gpp": "three_gp",
  }),
);

const AUDIOS = new Map(
  Object.entries({
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/opus": "opus",
    "audio/aac": "aac",
    "audio/mp4": "m4a",
    "audio/webm": "webm",
  }),
);

/** The block that holds media of a type, and the word for the type in it; null where the service takes no such media. */
export function formatOf(
  mime: string,
): { readonly block: "image" | "document" | "video" | "audio"; readonly format: string } | null {
  const [type = ""] = mime.toLowerCase().split(";");
  const tables = { image: IMAGES, document: DOCUMENTS, video: VIDEOS, audio: AUDIOS } as const;
  for (const block of ["image", "document", "video", "audio"] as const) {
    const format = tables[block].get(type.trim());
    if (format !== undefined) return { block, format };
  }
  return null;
}

/** The media type of an image that a model made. */
export function mimeOfImage(format: unknown): string {
  return [...IMAGES].find(([, word]) => word === format)?.[0] ?? "image/png";
}
