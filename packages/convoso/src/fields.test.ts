import type { CallFacts } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { compileFields } from "./fields.ts";
import { callOf, leadOf, translate } from "./fixtures/translate.ts";

const factsOf = async (fields: object): Promise<CallFacts> => (await callOf({ call_id: "7", ...fields })).facts;

describe("a call or a lead (trap 6)", () => {
  test.each([
    ["call_id"],
    ["call_log_id"],
    ["convoso_call_id"],
    ["CallID"],
    ["uniqueid"],
    ["duration"],
    ["length_in_sec"],
    ["talk_time"],
    ["recording"],
    ["recording_url"],
    ["disposition"],
    ["status_name"],
    ["call_disposition"],
    ["call_type"],
  ])("%s makes it a call", async (name) => {
    const { events, leads } = await translate({
      body: JSON.stringify({ lead_id: "1", phone_number: "6155550188", [name]: "5" }),
    });
    expect([events.length, leads?.length]).toEqual([1, 0]);
  });

  test.each(["id", "status", "user_id", "called_count", "notes"])("%s does not", async (name) => {
    const { events, leads } = await translate({ body: JSON.stringify({ lead_id: "1", [name]: "5" }) });
    expect([events.length, leads?.length]).toEqual([0, 1]);
  });

  test("call fields that an Adaptor left empty do not", async () => {
    const { leads } = await translate({ body: "lead_id=1&call_log_id=&disposition=null&recording=N/A" });
    expect(leads).toHaveLength(1);
  });

  test("W10: on the leads' address only a call id does", async () => {
    const lead = await translate({ path: "convoso-leads", body: "lead_id=1&disposition=SALE&duration=5&id=9" });
    expect([lead.kind, lead.events.length]).toEqual(["lead", 0]);
    const call = await translate({ path: "convoso-leads", body: "lead_id=1&call_log_id=9" });
    expect([call.kind, call.events.length]).toEqual(["call", 1]);
  });

  test("id is the call's on a call and the lead's on a lead", async () => {
    expect((await callOf({ id: 9, lead_id: 1, disposition: "NA" })).references[0]?.id).toBe("9");
    expect((await leadOf({ id: 9, status: "NEW" })).references[0]?.id).toBe("9");
    expect((await leadOf({ id: 9, lead_id: 1 })).references[0]?.id).toBe("1");
  });
});

describe("the keys of an Adaptor (trap 1)", () => {
  test("your own names are tried before the usual ones, in any case", async () => {
    const options = {
      fields: { callId: ["My_Call_Id"], agentName: ["closer.full_name", "closer"], notes: ["memo[1]"] },
    };
    const { references, facts } = await callOf(
      { MY_CALL_ID: 7, call_id: 8, closer: { Full_Name: "Kim" }, agent_name: "Pat", memo: ["a", "b"] },
      options,
    );
    expect(references[0]?.id).toBe("7");
    expect(facts).toMatchObject({ agent: { name: "Kim" }, note: "b" });
  });

  test("the usual names still count where your own is missing", async () => {
    expect((await callOf({ call_id: 8 }, { fields: { callId: ["my_call_id"] } })).references[0]?.id).toBe("8");
  });

  test("a name of your own makes a call", async () => {
    expect(await callOf({ lead_id: 1, result: "NA" }, { fields: { disposition: ["result"] } })).toMatchObject({
      facts: { status: "no_answer" },
    });
  });

  test("paths reach into objects and lists, and a form may spell them out", async () => {
    const nested = {
      call_id: 1,
      lead: { id: 2 },
      agent: { ID: 3, name: "Pat" },
      recording: [{ src: "https://a.test/1" }],
    };
    const { facts } = await callOf(nested);
    expect(facts).toMatchObject({
      lead: { id: "2" },
      agent: { id: "3", name: "Pat" },
      recordings: [{ url: "https://a.test/1" }],
    });
    const { events } = await translate({ body: "call_id=1&lead.id=2&recording[0].src=https://a.test/1" });
    expect(events[0]?.facts).toMatchObject({ lead: { id: "2" }, recordings: [{ url: "https://a.test/1" }] });
  });

  test.each([
    ["call_id", "call_log_id"],
    ["call_log_id", "uniqueid"],
    ["uniqueid", "id"],
  ])("%s comes before %s", async (first, second) => {
    const { references } = await callOf({ [second]: "b", [first]: "a", disposition: "NA" });
    expect(references[0]?.id).toBe("a");
  });

  test.each([
    ["campaign", { campaign_name: "A" }, { campaign: { id: null, name: "A" } }],
    ["agent id", { originating_agent_id: 4 }, { agent: { id: "4" } }],
    ["agent name", { User: "Pat" }, { agent: { id: null, name: "Pat" } }],
    ["notes", { call_notes: "x" }, { note: "x" }],
    ["start", { StartTime: "2026-11-20T10:00:00Z" }, { startedAt: "2026-11-20T10:00:00.000Z" }],
    ["end", { call_end: "2026-11-20T10:00:00Z" }, { endedAt: "2026-11-20T10:00:00.000Z" }],
    ["recording", { RecordingURL: "https://a.test/1" }, { recordings: [{ url: "https://a.test/1" }] }],
    ["phone", { customer_phone: "6155550188" }, { to: { e164: "+16155550188" } }],
  ])("%s has other names", async (_fact, fields, facts) => {
    expect(await factsOf(fields)).toMatchObject(facts);
  });

  test("S06: names without end, and long ones, displace none of them", () => {
    const fieldsOf = compileFields();
    for (let round = 0; round < 3; round += 1) {
      const junk = Array.from({ length: 1500 }, (_, at) => [`${round} ${at}`, "x"]);
      const fields = { ...Object.fromEntries(junk), Lead_ID: round, [`${" ".repeat(100)}Email`]: "a@b.test" };
      const read = fieldsOf([fields]);
      expect([read("leadId"), read("email"), read("city")]).toEqual([String(round), "a@b.test", null]);
    }
  });
});
