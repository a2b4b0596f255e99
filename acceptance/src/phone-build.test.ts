import { join } from "node:path";
import { normalizePhone } from "@offhook/core/phone";
import { seededRandom } from "@offhook/testing";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { leanPhoneMetadata } from "../../tooling/lean-phone-metadata.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
/** All that could be a country, and some that are none. */
const countries = letters.flatMap((first) => letters.map((second) => first + second));

const random = seededRandom(2026);
const below = (limit: number): number => Math.floor(random() * limit);
const digits = (length: number): string => Array.from({ length }, () => below(10)).join("");
const writings: readonly ((length: number) => string)[] = [
  (length) => digits(length),
  (length) => `0${digits(length)}`,
  (length) => `+${1 + below(9)}${digits(length)}`,
  (length) => `00${1 + below(9)}${digits(length)}`,
  (length) => `+${1 + below(9)} (0) ${digits(length)}`,
  (length) => `(${digits(3)}) ${digits(3)}-${digits(Math.max(1, length - 6))}`,
  (length) => `${digits(2)} ${digits(2)}.${digits(length)} ext. ${below(100)}`,
  (length) => `tel:+${1 + below(9)}${digits(length)};ext=${below(100)}`,
  (length) => `011 ${1 + below(9)} ${digits(length)}`,
];

test("what the build leaves out of the phone library's data changes no number", async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "../../packages/core/src/phone.ts")],
    bundle: true,
    write: false,
    format: "esm",
    plugins: [leanPhoneMetadata],
  });
  const code = outputFiles[0]?.text ?? "";
  expect(code).toContain("JSON.parse(");
  const built = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    readonly normalizePhone: typeof normalizePhone;
  };

  let numbers = 0;
  for (const defaultCountry of countries) {
    for (const write of writings) {
      for (const length of [3, 6, 7, 8, 9, 10, 11, 12, 13]) {
        const raw = write(length);
        const expected = normalizePhone(raw, { defaultCountry });
        if (expected?.e164 !== null) numbers += 1;
        expect(built.normalizePhone(raw, { defaultCountry }), `${raw} in ${defaultCountry}`).toEqual(expected);
      }
    }
  }
  expect(numbers).toBeGreaterThan(10_000);
}, 60_000);
