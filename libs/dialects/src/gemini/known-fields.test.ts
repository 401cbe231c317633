import { expect, test } from "vitest";
import { unread } from "./known-fields.ts";
import { parseRequest } from "./parse-request.ts";

const envelope = { model: "gemini-2.5-flash", stream: false };

test("B15 what a part holds is read wherever it stands in the part", () => {
  const parts = [
    { speechMetadata: { speaker: "A" }, text: "Hello" },
    { tomorrow: 1, text: "there" },
    { media_processing: { mode: "x" }, inline_data: { mime_type: "image/png", data: "AAAA" } },
  ];
  const request = parseRequest({ contents: [{ parts }] }, envelope);
  expect(request.messages).toMatchObject([
    {
      parts: [
        { kind: "text", text: "Hello" },
        { kind: "text", text: "there" },
        { kind: "image", source: { data: "AAAA" } },
      ],
    },
  ]);
  expect(unread(request).map(({ path, why }) => `${path} ${why}`)).toEqual([
    "contents[0].parts[0].speechMetadata no-equivalent",
    "contents[0].parts[1].tomorrow unknown-field",
    "contents[0].parts[2].mediaProcessing no-equivalent",
  ]);
});

const seen = (mimeType: string, level: string): object => ({
  fileData: { fileUri: "gs://b/a", mimeType },
  mediaResolution: { level },
});

test("B8 how finely anything but an image is read is lost by name", () => {
  const parts = [
    seen("image/png", "MEDIA_RESOLUTION_LOW"),
    seen("video/mp4", "MEDIA_RESOLUTION_LOW"),
    seen("video/mp4", "MEDIA_RESOLUTION_UNSPECIFIED"),
  ];
  const request = parseRequest({ contents: [{ parts }] }, envelope);
  expect(unread(request)).toEqual([
    { path: "contents[0].parts[1].mediaResolution", what: "mediaResolution", why: "no-equivalent" },
  ]);
});
