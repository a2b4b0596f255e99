import fc from "fast-check";
import { expect, test } from "vitest";
import type { HashName, SignatureEncoding } from "./hmac.ts";
import * as node from "./hmac.node.ts";
import * as web from "./hmac.web.ts";

test("RFC 4231: the second test case", async () => {
  const expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  for (const { createHmacKey } of [node, web]) {
    expect(await createHmacKey("sha256", "Jefe").digest("hex", "what do ya want for nothing?")).toBe(expected);
  }
});

test("Node and WebCrypto agree on every message, split anywhere", async () => {
  const part = fc.oneof(
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.uint8Array(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<HashName>("sha1", "sha256"),
      fc.constantFrom<SignatureEncoding>("hex", "base64"),
      fc.string({ minLength: 1 }),
      part,
      fc.option(part, { nil: undefined }),
      async (hash, encoding, secret, first, second) => {
        const ofNode = await node.createHmacKey(hash, secret).digest(encoding, first, second);
        expect(await web.createHmacKey(hash, secret).digest(encoding, first, second)).toBe(ofNode);
        expect(await web.sha256Hex(first, second)).toBe(await node.sha256Hex(first, second));
      },
    ),
    { numRuns: 300 },
  );
});
