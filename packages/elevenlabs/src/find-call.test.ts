import { foldCall, type Call, type FindContext } from "@offhook/core";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createElevenLabsClient } from "./create-client.ts";
import { apiKey, baseUrl, failure, fakeWorkspace, type FakeWorkspace } from "./fixtures/api.ts";
import { callSid, conversation, firstStart, type ConversationOptions } from "./fixtures/conversations.ts";
import { recordEvents, webhookEvents } from "./fixtures/folding.ts";
import type { Members } from "./fixtures/index.ts";
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

function serve(...conversations: Members[]): FakeWorkspace {
  const workspace = fakeWorkspace({ conversations });
  server.use(...workspace.handlers);
  return workspace;
}

const otherSid = (number: number): string => `CA${String(number).padStart(32, "f")}`;

/** A call that Twilio carried for a minute. */
function legOf(sid: string = callSid, times: { startedAt?: string | null; endedAt?: string | null } = {}): Call {
  const { startedAt = "2026-09-21T14:13:19.000Z", endedAt = "2026-09-21T14:14:22.000Z" } = times;
  return foldCall(
    webhookEvents(
      [
        {
          type: "call.ended",
          occurredAt: "2026-09-21T14:14:22.000Z",
          references: [{ provider: "twilio", id: sid, kind: "leg" }],
          facts: { status: "completed", startedAt, endedAt },
        },
      ],
      "twilio",
    ),
  );
}

/** A finder with a memory of its own. */
function finder(linked: readonly string[] = []) {
  const { findCall } = createElevenLabsClient({ apiKey, attempts: 1 }).connect();
  const context: FindContext = { isLinked: ({ id }) => Promise.resolve(linked.includes(id)) };
  return async (call: Call) => findCall?.(call, context);
}

/** The conversations that were read, in order. */
const readsOf = ({ exchanges }: FakeWorkspace): string[] =>
  exchanges
    .filter(({ path }) => path.endsWith("{conversation_id}"))
    .map(({ pathname }) => pathname.slice(pathname.lastIndexOf("/") + 1));

describe("A08: the conversation on a call of Twilio's", () => {
  test("is found by the CallSid, and both are one call", async () => {
    const workspace = serve(
      conversation({ id: "conv_2", callSid: otherSid(2), start: firstStart + 20 }),
      conversation({ id: "conv_1", start: firstStart + 1 }),
      conversation({ id: "conv_3", callSid: null, start: firstStart }),
    );
    const found = await finder()(legOf());
    expect(found).toMatchObject([{ reference: { id: "conv_1" }, events: [{ type: "call.analyzed" }] }]);
    const records = Array.isArray(found) ? found : [];
    expect(foldCall([...webhookEvents([]), ...recordEvents(...records)])).toMatchObject({
      id: `call_twilio_${callSid}`,
      analysis: { summary: "Caller asked for a callback." },
    });
    // Widgets have no leg; the nearest comes first.
    expect(readsOf(workspace)).toEqual(["conv_1", "conv_2"]);
    expect(workspace.exchanges[0]?.query).toMatchObject({
      call_start_after_unix: String(firstStart - 1 - 120 - 1),
      call_start_before_unix: String(firstStart + 62 + 120),
      sort_direction: "asc",
    });
  });

  test("is found by the system's own variable where phone_call does not name it", async () => {
    serve(conversation({ metadata: { phone_call: null } }));
    expect(await finder()(legOf())).toMatchObject([{ reference: { id: "conv_1" } }]);
  });

  test("may be more than one", async () => {
    serve(conversation({ id: "conv_1" }), conversation({ id: "conv_2", start: firstStart + 30, seconds: 20 }));
    expect(await finder()(legOf())).toMatchObject([{ reference: { id: "conv_1" } }, { reference: { id: "conv_2" } }]);
  });

  test.each<[title: string, conversations: ConversationOptions[]]>([
    ["there are none", []],
    [
      "all are on other legs",
      [{ callSid: otherSid(1) }, { id: "conv_2", callSid: otherSid(2), status: "in-progress" }],
    ],
    ["it had no leg", [{ callSid: null, metadata: { conversation_initiation_source: "unknown" } }]],
    ["it began long before", [{ start: firstStart - 1000 }]],
    ["it began long after", [{ start: firstStart + 1000 }]],
  ])("is none where %s", async (_title, conversations) => {
    serve(...conversations.map(conversation));
    expect(await finder()(legOf())).toBe("none");
  });

  test("is none for a call that Twilio did not carry, and nobody is asked", async () => {
    const workspace = serve(conversation());
    const call = { ...legOf(), references: [{ provider: "retell", id: "call_1", kind: "session" }] } as const;
    expect(await finder()(call)).toBe("none");
    expect(workspace.exchanges).toEqual([]);
  });

  test.each<ConversationOptions>([
    { status: "processing" },
    { status: "in-progress" },
    { status: "in-progress", callSid: null, metadata: { conversation_initiation_source: "twilio" } },
  ])("comes later while it is %j", async (options) => {
    const workspace = serve(conversation(options));
    const find = finder();
    expect(await find(legOf())).toBe("later");
    workspace.conversations = [conversation()];
    expect(await find(legOf())).toMatchObject([{ reference: { id: "conv_1" } }]);
  });

  test("that is linked already is not looked at", async () => {
    const workspace = serve(conversation({ callSid: otherSid(1) }), conversation({ id: "conv_2" }));
    expect(await finder(["conv_1"])(legOf())).toMatchObject([{ reference: { id: "conv_2" } }]);
    expect(readsOf(workspace)).toEqual(["conv_2"]);
    expect(await finder(["conv_1", "conv_2"])(legOf())).toBe("none");
  });

  test("that vanished meanwhile is none, and is not asked for again", async () => {
    serve(conversation());
    let asked = 0;
    server.use(
      http.get(`${baseUrl}/v1/convai/conversations/:id`, () => {
        asked += 1;
        return HttpResponse.json(failure(404, "conversation_not_found", "…").json, { status: 404 });
      }),
    );
    const find = finder();
    expect(await find(legOf())).toBe("none");
    expect(await find(legOf())).toBe("none");
    expect(asked).toBe(1);
  });

  test.each<[title: string, answer: () => Response]>([
    ["malformed", () => HttpResponse.json({ conversation_id: 7 })],
    ["refused", () => HttpResponse.json({ detail: "No" }, { status: 422 })],
  ])("is found next to one that is %s, which may be told later", async (_title, answer) => {
    const workspace = serve(conversation({ id: "conv_odd", callSid: otherSid(1) }), conversation({ id: "conv_2" }));
    server.use(http.get(`${baseUrl}/v1/convai/conversations/conv_odd`, () => answer() as HttpResponse<null>));
    const find = finder();
    expect(await find(legOf())).toMatchObject([{ reference: { id: "conv_2" } }]);
    expect(await find(legOf(otherSid(2)))).toBe("later");
    server.resetHandlers(...workspace.handlers);
    expect(await find(legOf(otherSid(2)))).toBe("none");
  });

  test("A09: is an error while ElevenLabs is not there, which leaves the call as it is", async () => {
    server.use(http.get(`${baseUrl}/v1/convai/conversations`, () => new HttpResponse(null, { status: 503 })));
    await expect(finder()(legOf())).rejects.toMatchObject({ code: "api_unavailable" });
  });

  test.each<[title: string, call: Call, from: number, before: number]>([
    ["without an end, but a length", { ...legOf(), endedAt: null, durationSeconds: 30 }, -122, 29 + 120],
    ["without an end", { ...legOf(), endedAt: null }, -122, 62 + 120],
    ["without a start", { ...legOf(callSid, { startedAt: null }) }, 62 - 121, 62 + 120],
    ["that ended before it began", { ...legOf(), endedAt: "2026-09-21T14:00:00.000Z" }, -122, -1 + 120],
  ])("is looked for in the time of a call %s", async (_title, call, from, before) => {
    const workspace = serve();
    expect(await finder()(call)).toBe("none");
    expect(workspace.exchanges).toMatchObject([
      {
        query: {
          call_start_after_unix: String(firstStart + from),
          call_start_before_unix: String(firstStart + before),
        },
      },
    ]);
  });
});

describe("many calls that end at once", () => {
  test("read each conversation once, and the one of each call again", async () => {
    const workspace = serve(
      ...Array.from({ length: 8 }, (_, index) =>
        conversation({ id: `conv_${index}`, callSid: otherSid(index), start: firstStart + index }),
      ),
    );
    const find = finder();
    for (let index = 0; index < 8; index += 1) {
      expect(await find(legOf(otherSid(index)))).toMatchObject([{ reference: { id: `conv_${index}` } }]);
    }
    expect(readsOf(workspace)).toHaveLength(8 + 7);
    expect(await find(legOf(otherSid(99)))).toBe("none");
    expect(readsOf(workspace)).toHaveLength(8 + 7);
  });

  test("twenty are read at a time, the rest when it is asked again", async () => {
    const workspace = serve(
      ...Array.from({ length: 45 }, (_, index) =>
        conversation({ id: `conv_${index}`, callSid: otherSid(index), start: firstStart + index }),
      ),
    );
    const find = finder();
    const call = legOf(otherSid(44), { startedAt: "2026-09-21T14:13:20.000Z" });
    expect(await find(call)).toBe("later");
    expect(readsOf(workspace)).toEqual(Array.from({ length: 20 }, (_, index) => `conv_${index}`));
    expect(await find(call)).toBe("later");
    expect(await find(call)).toMatchObject([{ reference: { id: "conv_44" } }]);
    expect(readsOf(workspace)).toHaveLength(45);
  });

  test("a thousand conversations in the time of a call are looked at", async () => {
    const workspace = serve(
      ...Array.from({ length: 1050 }, (_, index) =>
        conversation({ id: `conv_${index}`, callSid: index === 1040 ? callSid : null, start: firstStart }),
      ),
    );
    expect(await finder()(legOf())).toBe("none");
    expect(workspace.exchanges.map(({ path }) => path)).toEqual(
      Array.from({ length: 10 }, () => "/v1/convai/conversations"),
    );
  });
});
