import { expect, test } from "vitest";
import { signingOf, signRequest } from "./sign-request.ts";

const URL_OF_BEDROCK = new URL("https://bedrock-runtime.eu-central-1.amazonaws.com");
const ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY";

test("an access key signs each request for the region of its host", () => {
  const signing = signingOf("bedrock", URL_OF_BEDROCK, ACCESS_KEY)!;
  const headers = signRequest(signing, { path: "/model/m/converse", contentType: "application/json", body: "{}" });
  expect(headers).toMatchObject({
    host: "bedrock-runtime.eu-central-1.amazonaws.com",
    "x-amz-date": expect.stringMatching(/^\d{8}T\d{6}Z$/),
    authorization: expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
    ),
  });
  expect(JSON.stringify(headers)).not.toContain("wJalr");
});

test("any other key is sent as it is", () => {
  expect(signingOf("bedrock", URL_OF_BEDROCK, "an-api-key")).toBeNull();
  expect(signingOf("bedrock", URL_OF_BEDROCK, null)).toBeNull();
});

test("an access key for a host without a region is refused with what to write", () => {
  expect(() => signingOf("bedrock", new URL("https://example.com"), ACCESS_KEY)).toThrow(
    /names no region to sign for: write https:\/\/bedrock-runtime\.<region>/,
  );
});
