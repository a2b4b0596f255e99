import { PayloadError } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { callOf } from "./fixtures/translate.ts";

describe("calls without an id", () => {
  const fields = { lead_id: "1", phone_number: "6155550188", call_date: "2026-11-20 10:00:00", status_name: "NI" };
  const idOf = async (changes: object = {}) => (await callOf({ ...fields, ...changes })).references[0]?.id;

  test("get a stable one that shows no number", async () => {
    expect(await idOf()).toBe("derived-4228edadc9bb7739");
    expect(await idOf()).toMatch(/^derived-[0-9a-f]{16}$/);
  });

  test("keep it when they are disposed of again, recorded, or written in another way", async () => {
    const id = await idOf();
    expect(await idOf({ status_name: "SALE" })).toBe(id);
    expect(await idOf({ recording: "https://a.test/1.mp3" })).toBe(id);
    expect(await idOf({ phone_number: "+1 (615) 555-0188", call_date: "11/20/2026 10:00:00" })).toBe(id);
  });

  test("differ by lead, number and start", async () => {
    const ids = [
      await idOf(),
      await idOf({ lead_id: "2" }),
      await idOf({ phone_number: "6155550189" }),
      await idOf({ call_date: "2026-11-20 10:00:01" }),
      await idOf({ call_date: "", ended_at: "2026-11-20 10:00:00" }),
      await idOf({ call_date: "2026-11-20" }),
      await idOf({ call_date: "2026-11-21" }),
      await idOf({ call_date: "", duration: 5 }),
      await idOf({ call_date: "", duration: 6 }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("are refused where nothing says whose they are", async () => {
    await expect(callOf({ disposition: "SALE", call_date: "2026-11-20 10:00:00" })).rejects.toBeInstanceOf(
      PayloadError,
    );
  });
});
