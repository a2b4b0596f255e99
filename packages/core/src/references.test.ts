import fc from "fast-check";
import { expect, test } from "vitest";
import { PayloadError } from "./errors.ts";
import { callIdOf, createReference, leadIdOf, parseId, uniteReferences } from "./references.ts";

test("an id leads back to the reference it was made from, whatever the vendor's id looks like", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (id) => {
      fc.pre(!/[\u0000-\u001f\u007f]/.test(id) && id.isWellFormed()); // oxlint-disable-line no-control-regex -- keys hold none
      expect(parseId("call", callIdOf({ provider: "convoso", id }))).toEqual({ provider: "convoso", id });
      expect(encodeURI(decodeURI(encodeURIComponent(callIdOf({ provider: "convoso", id }))))).not.toContain(" ");
    }),
  );
});

test("what is not an id leads nowhere", () => {
  for (const id of [
    "",
    "call_",
    "call_twilio",
    "call_twilio_",
    "call__x",
    "lead_twilio_1",
    "CA1",
    "call_twilio_%E0%A4%A",
  ]) {
    expect(parseId("call", id)).toBeUndefined();
  }
  expect(leadIdOf({ provider: "convoso", id: "l-77" })).toBe("lead_convoso_l-77");
});

test.each(["", "x".repeat(256), "a\u0000b", "a\nb", "\ud800", "a\udc00"])(
  "an id that no key can hold is refused (%#)",
  (id) => {
    expect(() => createReference("twilio", id, "leg")).toThrow(PayloadError);
  },
);

test("references are united without repetition, legs first", () => {
  const leg = createReference("twilio", "CA1", "leg");
  const session = createReference("retell", "call_1", "session");
  expect(uniteReferences([[session], [session, leg], [leg]])).toEqual([leg, session]);
  // One vendor's word that an id is a leg is enough.
  expect(uniteReferences([[{ ...leg, kind: "session" }], [leg]])).toEqual([leg]);
});
