import { describe, expect, test } from "vitest";
import { compileConversion, compileDispositions, type ConvosoDispositions } from "./dispositions.ts";

const meaningOf = compileDispositions();
const meaning = (code: string, durationSeconds: number | null = null, name: string | null = null) =>
  meaningOf({ code, name }, durationSeconds);

const voicemail = { status: "completed", outcome: "voicemail" };
const completed = { status: "completed", outcome: "answered" };
const canceled = { status: "canceled", outcome: "abandoned" };

// https://help.convoso.com/hc/en-us/articles/215908927
describe("the system dispositions", () => {
  test.each(["AA", "AM", "AL", "A"])("%s is a voicemail", (code) => {
    expect(meaning(code)).toEqual(voicemail);
  });

  test.each(["B", "CPDB"])("%s is busy", (code) => {
    expect(meaning(code)).toEqual({ status: "busy", outcome: "missed" });
  });

  test.each(["NA", "NAIC", "CPDNA"])("%s is no answer", (code) => {
    expect(meaning(code, 30)).toEqual({ status: "no_answer", outcome: "missed" });
  });

  test.each([
    "AFAX",
    "DC",
    "ADC",
    "CPDINV",
    "CG",
    "CGD",
    "CGO",
    "CGT",
    "NRA",
    "NORD",
    "CPDREJ",
    "REJ",
    "FORBID",
    "OI",
    "FASD",
  ])("%s is failed", (code) => {
    expect(meaning(code)).toEqual({ status: "failed" });
  });

  test.each(["DROP", "XDROP", "QDROP", "PDROP", "PXDROP", "WAITTO", "AHXFER"])(
    "%s is canceled and abandoned",
    (code) => {
      expect(meaning(code, 12)).toEqual(canceled);
    },
  );

  test.each(["CALLHU", "HU", "AH", "PBXHU"])("%s is completed if it took time, else canceled", (code) => {
    expect(meaning(code, 5)).toEqual(completed);
    expect(meaning(code, 0)).toEqual(canceled);
    expect(meaning(code)).toEqual(canceled);
  });

  test.each(["INCALL", "PU"])("%s is in progress", (code) => {
    expect(meaning(code, 5)).toEqual({ status: "in_progress" });
  });

  test.each([
    "NEW",
    "INCOMP",
    "CIDB",
    "ERI",
    "LOGOUT",
    "IMPL",
    "DONE",
    "ANONY",
    "BCHU",
    "BLEND",
    "CSED",
    "CSI",
    "DELETE",
  ])("%s is completed if it took time, else unknown", (code) => {
    expect(meaning(code, 5)).toEqual(completed);
    expect(meaning(code, 0)).toEqual({});
    expect(meaning(code)).toEqual({});
  });

  test.each(["DNC", "DNCA", "SALE", "NI", "CB", "N", "MYCODE", "Ünï", "__proto__", "constructor"])(
    "%s was handled",
    (code) => {
      expect(meaning(code)).toEqual(completed);
    },
  );

  test("case does not matter", () => {
    expect(meaning("na")).toEqual(meaning("NA"));
  });
});

describe("the name of a disposition", () => {
  test.each([
    ["X1", "No Answer", "no_answer"],
    ["X1", "no-answer (auto)", "no_answer"],
    ["X1", "Line busy", "busy"],
  ])("%s named %j is %s", (code, name, status) => {
    expect(meaning(code, 0, name)).toMatchObject({ status, outcome: "missed" });
  });

  test.each(["Voicemail", "Voice mail full", "Left message", "LEFT A MESSAGE"])("%j is a voicemail", (name) => {
    expect(meaning("X1", 20, name)).toEqual(voicemail);
    expect(meaning(name, 20)).toEqual(voicemail);
  });

  test("does not beat an abbreviation that is known (trap 7)", () => {
    expect(meaning("NA", 0, "Busy tone")).toMatchObject({ status: "no_answer" });
  });

  test("tells an account's N apart (trap 7)", () => {
    expect(meaning("N", 0, "No Answer")).toMatchObject({ status: "no_answer" });
    expect(meaning("N", 8, "Dead Air")).toEqual(completed);
  });

  test.each(["Business owner", "Busybody"])("%j is not busy", (name) => {
    expect(meaning("X1", 20, name)).toEqual(completed);
  });
});

describe("dispositions of your own", () => {
  const own = compileDispositions({ lvm: "voicemail", NA: "failed", "Dead Air": "no_answer", PU: "completed" });

  test("go before the default table", () => {
    expect(own({ code: "NA", name: null }, 0)).toEqual({ status: "failed" });
    expect(own({ code: "PU", name: null }, 0)).toEqual(completed);
  });

  test("are found by abbreviation and by name, in any case", () => {
    expect(own({ code: "LVM", name: null }, 9)).toEqual(voicemail);
    expect(own({ code: "N", name: "dead air" }, 9)).toMatchObject({ status: "no_answer" });
  });

  test("leave the others as they are", () => {
    expect(own({ code: "B", name: null }, 0)).toMatchObject({ status: "busy" });
  });

  test.each(["sold", "", "toString", undefined])("cannot mean %j", (result) => {
    // As JavaScript could write it.
    const dispositions = { SALE: result } as unknown as ConvosoDispositions;
    expect(() => compileDispositions(dispositions)).toThrow(expect.objectContaining({ code: "option_invalid" }));
  });
});

describe("E07: what converts", () => {
  test("is a SALE by default", () => {
    const isConversion = compileConversion();
    expect(isConversion({ code: "SALE", name: null })).toBe(true);
    expect(isConversion({ code: "Sale", name: null })).toBe(true);
    expect(isConversion({ code: "X9", name: "Sale" })).toBe(true);
    expect(isConversion({ code: "SALES", name: null })).toBe(false);
    expect(isConversion({ code: "NI", name: "No sale" })).toBe(false);
  });

  test("can be a list", () => {
    const isConversion = compileConversion(["APPT", "Xfer to closer"]);
    expect(isConversion({ code: "appt", name: null })).toBe(true);
    expect(isConversion({ code: "X", name: "XFER TO CLOSER" })).toBe(true);
    expect(isConversion({ code: "SALE", name: null })).toBe(false);
    expect(compileConversion([])({ code: "SALE", name: null })).toBe(false);
  });

  test("can be a function", () => {
    const isConversion = compileConversion((code, name) => code.startsWith("S") && name !== "Spam");
    expect(isConversion({ code: "SALE", name: null })).toBe(true);
    expect(isConversion({ code: "S", name: "Spam" })).toBe(false);
  });
});
