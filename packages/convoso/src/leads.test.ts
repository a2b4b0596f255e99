import { PayloadError } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { fixture, leadOf, translate } from "./fixtures/translate.ts";

describe("leads", () => {
  test("W10: the seed's lead is mapped field by field", async () => {
    const { kind, events, leads } = await translate({ body: fixture("lead.seed.json"), path: "convoso-leads" });
    expect([kind, events]).toEqual(["lead", []]);
    expect(leads).toEqual([
      {
        type: "lead.received",
        occurredAt: null,
        references: [{ provider: "convoso", id: "l-77", kind: "session" }],
        facts: {
          firstName: "Ana",
          lastName: "Núñez",
          phone: { e164: null, raw: "555-0123" },
          email: "ana@example.test",
          address: "1 Main St",
          city: "Reno",
          region: "NV",
          postalCode: "89501",
          country: null,
          campaign: "Spring",
          status: null,
        },
      },
    ]);
  });

  test("W10: an Adaptor's lead is mapped field by field", async () => {
    const { leads } = await translate({ body: fixture("lead.connect.txt"), path: "convoso-leads" });
    expect(leads).toMatchObject([
      {
        occurredAt: "2026-11-20T14:00:05.000Z",
        references: [{ id: "408159" }],
        facts: {
          phone: { e164: "+16155550188", raw: "6155550188" },
          address: "1 Main St",
          postalCode: "89501",
          country: "US",
          status: "NEW",
        },
      },
    ]);
  });

  test("trap 6: a lead pushed to the calls' address is a lead all the same", async () => {
    const { kind, leads } = await translate({ body: fixture("lead.seed.json") });
    expect([kind, leads?.length]).toEqual(["lead", 1]);
  });

  test("without an id are known by number, else by address", async () => {
    const byPhone = (await leadOf({ phone_number: "6155550188", email: "a@example.test" })).references[0]?.id;
    expect((await leadOf({ phone: "+16155550188", email: "b@example.test" })).references[0]?.id).toBe(byPhone);
    const byEmail = (await leadOf({ email: "A@example.test" })).references[0]?.id;
    expect((await leadOf({ email: "a@example.test" })).references[0]?.id).toBe(byEmail);
    expect(byEmail).not.toBe(byPhone);
    expect(`${byPhone}${byEmail}`).not.toMatch(/615|example/);
    await expect(leadOf({ first_name: "Ana", city: "Reno" })).rejects.toBeInstanceOf(PayloadError);
  });
});
