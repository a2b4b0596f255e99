import { sha256Hex, verifyDelivery, type RawDelivery } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { fixture, rawDelivery } from "./fixtures/translate.ts";
import { convoso } from "./provider.ts";
import { convosoVerification, secretQueryFields, type ConvosoVerification } from "./verification.ts";

const secret = "convoso_test_secret_42";
const hmac = convosoVerification({ hmac: secret });

interface Vector {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly hex: string;
  readonly base64: string;
}

// Computed: Convoso publishes none.
const vectors: readonly Vector[] = [
  {
    name: "CV-1",
    file: "call.seed.json",
    bytes: 299,
    sha256: "34ad777efc27db7e9373cf9e5c2bbb71b20a75cabc79b0c3c887970ad71c7e8c",
    hex: "689a09d4230fecde1fafccef76f670936867d2ece9fefebd52234e191759bf07",
    base64: "aJoJ1CMP7N4fr8zvdvZwk2hn0uzp/v69UiNOGRdZvwc=",
  },
  {
    name: "CV-2",
    file: "lead.seed.json",
    bytes: 195,
    sha256: "5d03da747561bd5e3aa74dbd07325fb49e0f431c575bdaad93777ae0f8227693",
    hex: "d01240455a23c18aa79b03a097e28a433096a30cddd0f38a2d2f2f338e9a1d4e",
    base64: "0BJARVojwYqnmwOgl+KKQzCWowzd0POKLS8vM46aHU4=",
  },
  {
    name: "CV-3",
    file: "call.form.txt",
    bytes: 154,
    sha256: "7195c46bd2c2a51f2877fb1eec6e18638ca462ab8996a06dd3046201613b1907",
    hex: "52919a684663b5b0e7b592f39ce36d4e26b5e5ed2529c3007fff3bd06008f915",
    base64: "UpGaaEZjtbDntZLznONtTia15e0lKcMAf/870GAI+RU=",
  },
];

function signed(
  body: string,
  signature: string | readonly string[] | undefined,
  header = "x-convoso-signature",
): RawDelivery {
  const delivery = rawDelivery({ body });
  return { ...delivery, headers: { ...delivery.headers, [header]: signature } };
}

const verify = (verification: ConvosoVerification, delivery: RawDelivery) =>
  verifyDelivery(convosoVerification(verification), delivery);

describe.each(vectors)("S04: $name", ({ file, bytes, sha256, hex, base64 }) => {
  const body = fixture(file);

  test("has the bytes it was computed for", async () => {
    expect(new TextEncoder().encode(body)).toHaveLength(bytes);
    expect(await sha256Hex(body)).toBe(sha256);
  });

  test.each([hex, hex.toUpperCase(), `sha256=${hex}`, `sha256=${hex.toUpperCase()}`])(
    "passes as %s",
    async (signature) => {
      await expect(verifyDelivery(hmac, signed(body, signature))).resolves.toBeDefined();
    },
  );

  test.each([base64, `sha256=${base64}`])("passes as base64 %s where that is configured", async (signature) => {
    await expect(verify({ hmac: secret, encoding: "base64" }, signed(body, signature))).resolves.toBeDefined();
  });

  test("passes in a header of your own", async () => {
    await expect(
      verify({ hmac: secret, header: "X-Relay-Signature" }, signed(body, hex, "x-relay-signature")),
    ).resolves.toBeDefined();
  });

  test("passes with either secret while rotating", async () => {
    await expect(verify({ hmac: ["new", secret] }, signed(body, hex))).resolves.toBeDefined();
    await expect(verify({ hmac: [secret, "new"] }, signed(body, hex))).resolves.toBeDefined();
    await expect(verify({ hmac: ["new", "newer"] }, signed(body, hex))).rejects.toMatchObject({
      code: "signature_mismatch",
    });
  });

  test("is refused with another body, secret or vector's signature", async () => {
    const others = vectors.filter((vector) => vector.hex !== hex).map((vector) => vector.hex);
    const refused = [
      ...others.map((other) => signed(body, other)),
      signed(`${body} `, hex),
      signed(`${body}\n`, hex),
      signed(body.slice(0, -1), hex),
      signed(body.replace("7", "8"), hex),
      signed(`\ufeff${body}`, hex),
      signed("", hex),
    ];
    for (const delivery of refused) {
      await expect(verifyDelivery(hmac, delivery)).rejects.toMatchObject({ code: "signature_mismatch" });
    }
    await expect(verify({ hmac: `${secret} ` }, signed(body, hex))).rejects.toMatchObject({
      code: "signature_mismatch",
    });
  });
});

describe("a signature that is none", () => {
  const body = fixture("call.seed.json");
  const [{ hex, base64 } = { hex: "", base64: "" }] = vectors;

  test.each([undefined, "", []])("S04: a missing signature is refused (%j)", async (signature) => {
    await expect(verifyDelivery(hmac, signed(body, signature))).rejects.toMatchObject({ code: "signature_missing" });
  });

  test.each([
    [" "],
    ["sha256="],
    ["SHA256=" + hex],
    ["sha1=" + hex],
    [`sha256=sha256=${hex}`],
    [hex.slice(1)],
    [`${hex}0`],
    [` ${hex}`],
    [`0x${hex}`],
    [`${hex.slice(0, -1)}g`],
    [base64],
    [secret],
    ["undefined"],
    [`${hex}, ${hex}`],
  ])("S04: %j is malformed", async (signature) => {
    await expect(verifyDelivery(hmac, signed(body, signature))).rejects.toMatchObject({ code: "signature_malformed" });
  });

  test("S04: two headers are malformed, whichever of them is right", async () => {
    await expect(verifyDelivery(hmac, signed(body, [hex, hex]))).rejects.toMatchObject({ code: "signature_malformed" });
  });

  test("S04: a hexadecimal signature is malformed where base64 is configured", async () => {
    await expect(verify({ hmac: secret, encoding: "base64" }, signed(body, hex))).rejects.toMatchObject({
      code: "signature_malformed",
    });
  });

  test("S04: a signature in another header does not count", async () => {
    await expect(verifyDelivery(hmac, signed(body, hex, "x-signature"))).rejects.toMatchObject({
      code: "signature_missing",
    });
  });
});

describe("a secret in a header", () => {
  const verification = { headerToken: [secret, "newer"], header: "X-Shared-Secret" };
  const body = fixture("call.form.txt");

  test.each([secret, "newer"])("S04: %s passes", async (value) => {
    await expect(verify(verification, signed(body, value, "x-shared-secret"))).resolves.toBeDefined();
  });

  test.each([
    [undefined, "signature_missing"],
    ["", "signature_missing"],
    ["wrong", "signature_mismatch"],
    [`${secret} `, "signature_mismatch"],
    [secret.toUpperCase(), "signature_mismatch"],
    [[secret, secret], "signature_malformed"],
  ])("S04: %j is refused as %s", async (value, code) => {
    await expect(verify(verification, signed(body, value, "x-shared-secret"))).rejects.toMatchObject({ code });
  });
});

describe("a secret in the query", () => {
  const verification = { queryToken: "a secret & more" };
  const sent = (query: string) => rawDelivery({ body: fixture("call.form.txt"), query });

  test("S04: passes, encoded in either way", async () => {
    await expect(verify(verification, sent("secret=a%20secret%20%26%20more"))).resolves.toBeDefined();
    await expect(verify(verification, sent("x=1&secret=a+secret+%26+more"))).resolves.toBeDefined();
    await expect(verify({ ...verification, field: "key" }, sent("key=a+secret+%26+more"))).resolves.toBeDefined();
  });

  test.each([
    ["", "signature_missing"],
    ["secret=", "signature_missing"],
    ["token=a+secret+%26+more", "signature_missing"],
    ["secret=wrong", "signature_mismatch"],
    ["secret=a+secret+%26+more&secret=wrong", "signature_malformed"],
  ])("S04: the query %j is refused as %s", async (query, code) => {
    await expect(verify(verification, sent(query))).rejects.toMatchObject({ code });
  });

  test("S11: is blotted out of the journal, as are Connect's own credentials", () => {
    expect(secretQueryFields(convosoVerification({ queryToken: "a", field: "key" }))).toEqual(
      expect.arrayContaining(["key", "auth_token", "secret"]),
    );
    for (const route of convoso({ verification: { queryToken: "a" }, timeZone: "UTC" }).routes) {
      expect(route.secretQueryFields).toContain("secret");
    }
    expect(secretQueryFields(hmac)).toContain("auth_token");
  });
});

describe("options that would accept everybody", () => {
  test.each([
    [{ hmac: "" }, "secret_missing"],
    [{ hmac: "  " }, "secret_missing"],
    [{ hmac: [] }, "secret_missing"],
    [{ hmac: ["a", ""] }, "secret_missing"],
    [{ hmac: undefined }, "secret_missing"],
    [{ headerToken: "", header: "x-secret" }, "secret_missing"],
    [{ queryToken: "" }, "secret_missing"],
    [{ none: "" }, "option_invalid"],
    [{ none: " \t" }, "option_invalid"],
    [{ none: true }, "option_invalid"],
    [{}, "option_invalid"],
    [undefined, "option_invalid"],
    [null, "option_invalid"],
    [{ hmac: "a", none: "reason" }, "option_invalid"],
    [{ hmac: "a", queryToken: "b" }, "option_invalid"],
  ])("S04: %j is refused with %s", (options, code) => {
    // As JavaScript could write it.
    expect(() => convosoVerification(options as ConvosoVerification)).toThrow(expect.objectContaining({ code }));
  });

  test("S04: no verification is a choice with a written reason", () => {
    expect(convosoVerification({ none: "behind a firewall" })).toEqual({ type: "none", reason: "behind a firewall" });
  });
});
