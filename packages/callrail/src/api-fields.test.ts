import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import { callRailFields } from "./api-fields.ts";
import { clientOf, failureOf, useNetwork } from "./fixtures/api-client.ts";
import { apiCall, apiCalls, failure } from "./fixtures/api.ts";

const server = useNetwork();
const range = { from: "2026-11-20T10:00:00.000Z", to: "2026-11-20T18:00:00.000Z" };
const id = String(apiCall()["id"]);

describe("fields", () => {
  test("A02, H9: everything that Offhook reads is asked for, because it does not come by itself", async () => {
    const { client, vendor } = clientOf(server, [apiCall()]);
    const [call] = (await client.calls.page(range)).items;
    const asked = vendor.requests[0]?.query["fields"]?.split(",");
    expect(asked).toEqual(callRailFields.filter((name) => name !== "conversational_transcript"));
    for (const name of ["transcription", "sentiment", "person_id"] as const) {
      expect(asked).toContain(name);
      expect(call?.[name]).toEqual(expect.any(String));
    }
  });

  test("A02, H9: fields that the API refuses are left out, from then on, and reported", async () => {
    const reported: (readonly string[])[] = [];
    const { client, vendor } = clientOf(server, apiCalls(3), { onRefusedFields: (fields) => reported.push(fields) });
    vendor.unknownFields = ["utm_content"];
    vendor.pageSize = 2;
    expect(client.refusedFields).toEqual([]);
    const [call] = (await client.calls.page(range)).items;
    expect(call).toMatchObject({
      transcription: expect.any(String) as string,
      person_id: expect.any(String) as string,
    });
    expect(call).not.toHaveProperty("utm_content");
    await client.calls.page({ ...range, cursor: "2" });
    expect(vendor.requests.map(({ query }) => query["fields"]?.includes("utm_content"))).toEqual([true, false, false]);
    expect(reported).toEqual([client.refusedFields]);
    expect(client.refusedFields).toEqual(["utm_content"]);
  });

  test("A03, H9: what is refused for a single call may still be listed", async () => {
    const { client, vendor } = clientOf(server, [apiCall()], { fields: ["tags", "integration_data", "milestones"] });
    vendor.unknownFields = ["integration_data"];
    await client.calls.get(id);
    await client.calls.page(range);
    expect(vendor.requests.map(({ query }) => query["fields"])).toEqual([
      "tags,integration_data,milestones,call_type",
      "tags,milestones,call_type",
      "tags,milestones,call_type",
    ]);
  });

  test("A03, H9: a field that every integration asks for may be refused as well, once and with a word", async () => {
    const reported: (readonly string[])[] = [];
    const { client, vendor } = clientOf(server, [apiCall()], { onRefusedFields: (fields) => reported.push(fields) });
    vendor.unknownFields = ["conversational_transcript"];
    expect(await client.calls.get(id)).toMatchObject({ id, transcription: expect.any(String) as string });
    expect(vendor.requests).toHaveLength(2);
    await client.calls.get(id);
    expect(vendor.requests).toHaveLength(3);
    expect(vendor.requests[2]?.query["fields"]?.split(",")).toEqual(
      callRailFields.filter((name) => name !== "conversational_transcript"),
    );
    expect(client.refusedFields).toEqual(["conversational_transcript"]);
    expect(reported).toEqual([["conversational_transcript"]]);
  });

  test.each([
    ["one", ["note"]],
    ["two", ["campaign", "utm_term"]],
    ["neighbours", ["call_type", "campaign", "company_id"]],
  ])("A02, H9: where the API does not say which, %s are found by asking, once", async (_title, unknown) => {
    const { client, vendor } = clientOf(server, apiCalls(2));
    vendor.unknownFields = unknown;
    vendor.namesUnknownFields = false;
    expect((await client.calls.page(range)).items).toHaveLength(2);
    expect(client.refusedFields).toEqual(unknown);
    const { length } = vendor.requests;
    expect(length).toBeLessThan(25);
    await client.calls.page(range);
    expect(vendor.requests).toHaveLength(length + 1);
    const listed = callRailFields.filter((name) => name !== "conversational_transcript" && !unknown.includes(name));
    expect(vendor.requests.at(-1)?.query["fields"]?.split(",")).toEqual(listed);
  });

  test("A02, H9: a field whose name is an ordinary word is left alone where another is meant", async () => {
    const { client, vendor } = clientOf(server, [apiCall()]);
    vendor.unknownFields = ["lead_score"];
    vendor.refusalText = (name) => `Invalid value in tags or note: ${name}`;
    const [call] = (await client.calls.page(range)).items;
    expect(client.refusedFields).toEqual(["lead_score"]);
    expect(call).toMatchObject({ tags: expect.any(Array) as unknown[], note: expect.any(String) as string });
  });

  test("A02, H9: a field that is refused later is left out from then on", async () => {
    const { client, vendor } = clientOf(server, [apiCall()]);
    vendor.unknownFields = ["utm_content"];
    await client.calls.page(range);
    vendor.unknownFields = ["utm_content", "sentiment"];
    await client.calls.page(range);
    expect(client.refusedFields).toEqual(["utm_content", "sentiment"]);
  });

  test("A02, H9: a refusal that does not come again costs no field", async () => {
    const { client } = clientOf(server, [apiCall()]);
    server.use(http.get("https://api.callrail.com/*", () => failure(400, "No."), { once: true }));
    expect((await client.calls.page(range)).items).toHaveLength(1);
    expect(client.refusedFields).toEqual([]);
  });

  test("A02, D15: where the search breaks off, nothing is taken for refused", async () => {
    const { client } = clientOf(server, [apiCall()], { attempts: 1 });
    let count = 0;
    server.use(
      http.get("https://api.callrail.com/*", () => {
        count += 1;
        if (count === 1) return failure(400, "No.");
        return count === 3 ? failure(500, "Oops") : undefined;
      }),
    );
    expect(await failureOf(client.calls.page(range))).toMatchObject({ status: 500 });
    expect(client.refusedFields).toEqual([]);
    expect((await client.calls.page(range)).items).toHaveLength(1);
  });

  test("A02, H9: a request that is refused for something else is not taken for one of its fields", async () => {
    const { client, vendor } = clientOf(server, [apiCall()]);
    server.use(
      http.get("https://api.callrail.com/*", () => failure(400, "Please revise your date range."), { once: true }),
    );
    server.use(
      http.get("https://api.callrail.com/*", () => failure(400, "Please revise your date range."), { once: true }),
    );
    expect(await failureOf(client.calls.page(range))).toMatchObject({ code: "api_rejected", status: 400 });
    expect(client.refusedFields).toEqual([]);
    await client.calls.page(range);
    expect(vendor.requests[0]?.query["fields"]).toContain("utm_content");
  });

  test("A02, H9: a link has its own fields, so it is not asked again without them", async () => {
    const { client } = clientOf(server);
    let count = 0;
    server.use(
      http.get("https://api.callrail.com/*", () => {
        count += 1;
        return failure(400, "No.");
      }),
    );
    const cursor = "https://api.callrail.com/v3/a/1/calls?offset=1";
    expect(await failureOf(client.calls.page({ ...range, pages: "linked", cursor }))).toMatchObject({ status: 400 });
    expect(count).toBe(1);
  });

  test("A02, H9: whether a refusal is about the fields is found out by one more request", async () => {
    const { client } = clientOf(server, [], { fields: ["tags", "note"] });
    let count = 0;
    server.use(
      http.get("https://api.callrail.com/*", () => {
        count += 1;
        return failure(400, "No.");
      }),
    );
    expect(await failureOf(client.calls.page(range))).toMatchObject({ status: 400 });
    expect(count).toBe(2);
    expect(client.refusedFields).toEqual([]);
  });

  test("A02, W01: what tells a running call from an ended one is asked for, whatever an app wants", async () => {
    for (const fields of [[], ["tags"], ["tags", "call_type"]]) {
      const { client, vendor } = clientOf(server, [apiCall()], { fields });
      await client.calls.get(id);
      await client.calls.page(range);
      for (const { query } of vendor.requests) expect(query["fields"]?.split(",")).toContain("call_type");
    }
  });

  test("A02, E12: what stands for another field is not asked for without it", async () => {
    const fields = ["source_name", "utm_campaign", "referrer_domain"];
    const { client, vendor } = clientOf(server, [apiCall()], { fields });
    await client.calls.page(range);
    expect(vendor.requests[0]?.query["fields"]?.split(",").toSorted()).toEqual(
      ["call_type", "source", "campaign", "referring_url", ...fields].toSorted(),
    );
  });

  test("A02: an app may ask for more, or for nothing", async () => {
    const more = clientOf(server, [apiCall()], { fields: [...callRailFields, "milestones"] });
    const [call] = (await more.client.calls.page(range)).items;
    expect(call?.milestones).toHaveProperty("first_touch");
    const none = clientOf(server, [apiCall()], { fields: [] });
    await none.client.calls.page(range);
    expect(none.vendor.requests[0]?.query["fields"]).toBe("call_type");
  });

  test("A02: requests that run at the same time are each asked again without the fields", async () => {
    const reported: unknown[] = [];
    const { client, vendor } = clientOf(server, apiCalls(3), { onRefusedFields: (fields) => reported.push(fields) });
    vendor.unknownFields = ["lead_score"];
    const pages = await Promise.all([client.calls.page(range), client.calls.page(range), client.calls.page(range)]);
    expect(pages.map(({ total }) => total)).toEqual([3, 3, 3]);
    expect(reported).toEqual([["lead_score"]]);
    // The first finds it out, and the others ask again.
    expect(vendor.requests).toHaveLength(6);
  });

  test("D15: another failure is not a matter of fields", async () => {
    const { client } = clientOf(server);
    let count = 0;
    server.use(
      http.get("https://api.callrail.com/*", () => {
        count += 1;
        return HttpResponse.json({ error: "No." }, { status: 422 });
      }),
    );
    expect(await failureOf(client.calls.page(range))).toMatchObject({ status: 422 });
    expect(count).toBe(1);
  });
});
