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
    expect(client.refusedFields).toContain("utm_content");
    expect(client.refusedFields).not.toContain("transcription");
  });

  test("A03, H9: what is refused for a single call may still be listed", async () => {
    const { client, vendor } = clientOf(server, [apiCall()], { fields: ["tags", "integration_data", "milestones"] });
    vendor.unknownFields = ["integration_data"];
    await client.calls.get(id);
    await client.calls.page(range);
    expect(vendor.requests.map(({ query }) => query["fields"])).toEqual([
      "tags,integration_data,milestones",
      "tags",
      "tags,milestones",
    ]);
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

  test("A02, H9: where no field is in doubt, nothing is asked twice", async () => {
    const { client } = clientOf(server, [], { fields: ["tags", "note"] });
    let count = 0;
    server.use(
      http.get("https://api.callrail.com/*", () => {
        count += 1;
        return failure(400, "No.");
      }),
    );
    expect(await failureOf(client.calls.page(range))).toMatchObject({ status: 400 });
    expect(count).toBe(1);
  });

  test("A02: an app may ask for more, or for nothing", async () => {
    const more = clientOf(server, [apiCall()], { fields: [...callRailFields, "milestones"] });
    const [call] = (await more.client.calls.page(range)).items;
    expect(call?.milestones).toHaveProperty("first_touch");
    const none = clientOf(server, [apiCall()], { fields: [] });
    await none.client.calls.page(range);
    expect(none.vendor.requests[0]?.query).not.toHaveProperty("fields");
  });

  test("A02: requests that run at the same time are each asked again without the fields", async () => {
    const reported: unknown[] = [];
    const { client, vendor } = clientOf(server, apiCalls(3), { onRefusedFields: (fields) => reported.push(fields) });
    vendor.unknownFields = ["lead_score"];
    const pages = await Promise.all([client.calls.page(range), client.calls.page(range), client.calls.page(range)]);
    expect(pages.map(({ total }) => total)).toEqual([3, 3, 3]);
    expect(reported).toHaveLength(1);
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
