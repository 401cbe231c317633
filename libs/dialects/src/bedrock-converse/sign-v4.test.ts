import { describe, expect, test } from "vitest";
import { credentials, readAwsKey, regionOfHost } from "./aws-key.ts";
import { pathOf } from "./render-request.ts";
import { type SignableRequest, signV4, type SigningScope } from "./sign-v4.ts";

// The keys, the date and the signatures are those of AWS's own test suite for Signature Version 4.
const scope: SigningScope = {
  credentials: {
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    sessionToken: null,
  },
  region: "us-east-1",
  service: "service",
  amzDate: "20150830T123600Z",
};
const get: SignableRequest = { method: "GET", host: "example.amazonaws.com", path: "/", headers: {}, body: "" };
const signatureOf = (change: Partial<SignableRequest>, other: Partial<SigningScope> = {}): string | undefined => {
  return signV4({ ...get, ...change }, { ...scope, ...other })["authorization"]?.split("Signature=")[1];
};

describe("Signature Version 4 signs as AWS's test suite does", () => {
  test("get-vanilla", () => {
    expect(signV4(get, scope)).toEqual({
      host: "example.amazonaws.com",
      "x-amz-date": "20150830T123600Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, " +
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    });
  });

  test.each<[string, Partial<SignableRequest>, string]>([
    [
      "get-vanilla-query-order-key-case",
      { path: "/?Param2=value2&Param1=value1" },
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
    ["get-utf8", { path: "/ሴ" }, "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"],
    ["get-space", { path: "/example space/" }, "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"],
    ["get-relative", { path: "/example/.." }, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    ["get-slashes", { path: "//example//" }, "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"],
    [
      "get-slash-pointless-dot",
      { path: "/./example" },
      "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
    ],
    [
      "get-header-value-trim",
      { headers: { "my-header1": " value1", "my-header2": ' "a   b   c"' } },
      "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ],
    ["post-vanilla", { method: "POST" }, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
    [
      "post-x-www-form-urlencoded",
      { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "Param1=value1" },
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ],
  ])("%s", (_, change, signature) => {
    expect(signatureOf(change)).toBe(signature);
  });

  test("the example of the documentation, which lists users", () => {
    const request = {
      host: "iam.amazonaws.com",
      path: "/?Action=ListUsers&Version=2010-05-08",
      headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    };
    expect(signatureOf(request, { service: "iam" })).toBe(
      "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    );
  });

  test("bytes are signed as their text is, a session's token is signed, and all that is signed changes the signature", () => {
    expect(signatureOf({ body: new TextEncoder().encode("ü") })).toBe(signatureOf({ body: "ü" }));
    const session = { credentials: { ...scope.credentials, sessionToken: "t" } };
    expect(signV4(get, { ...scope, ...session })).toMatchObject({ "x-amz-security-token": "t" });
    const all = [
      signatureOf({}),
      signatureOf({ body: "x" }),
      signatureOf({ path: "/x" }),
      signatureOf({ method: "PUT" }),
      signatureOf({}, { region: "eu-west-1" }),
      signatureOf({}, { amzDate: "20150830T123601Z" }),
      signatureOf({}, session),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("a request's path", () => {
  test("has the model encoded once, whatever it is", () => {
    expect(pathOf("anthropic.claude-sonnet-4-20250514-v1:0", false)).toBe(
      "/model/anthropic.claude-sonnet-4-20250514-v1%3A0/converse",
    );
    expect(pathOf("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.meta.llama(3)", true)).toBe(
      "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Ainference-profile%2Feu.meta.llama%283%29/converse-stream",
    );
  });
});

describe("a provider's key", () => {
  test("is an API key, sent as it is, or an access key to sign with, of which no header tells", () => {
    expect(credentials("ABSKQmVkcm9jaw==")).toEqual({ authorization: "Bearer ABSKQmVkcm9jaw==" });
    const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    expect(credentials(`AKIAIOSFODNN7EXAMPLE:${secret}`)).toEqual({});
    expect(readAwsKey(`AKIAIOSFODNN7EXAMPLE:${secret}`)).toEqual({
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: secret,
      sessionToken: null,
    });
    expect(readAwsKey(`ASIAIOSFODNN7EXAMPLE:${secret}:IQoJb3Jp=`)?.sessionToken).toBe("IQoJb3Jp=");
  });

  test.each([
    ["bedrock-runtime.eu-central-1.amazonaws.com", "eu-central-1"],
    ["bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"],
    ["vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com", "us-east-1"],
    ["localhost", null],
  ])("of the host %s is of the region %s", (host, region) => {
    expect(regionOfHost(host)).toBe(region);
  });
});
