import { expect, test } from "vitest";
import type { WebhookSetup } from "../provider-api.ts";
import { openToy } from "../toy-offhook.ts";
import { ToyVendor } from "./toy-api.ts";

function open(prefix?: string) {
  const asked: WebhookSetup[] = [];
  const vendor = new ToyVendor().provider({
    setupWebhook: (setup) => {
      asked.push(setup);
      return Promise.resolve({ targets: [] });
    },
  });
  const { offhook } = openToy({ providers: [vendor], ...(prefix === undefined ? {} : { prefix }) });
  return { asked, setup: async (given: WebhookSetup) => offhook.integrations?.setupWebhook("toy", given) };
}

test("A04: the vendor is told where this Offhook listens", async () => {
  const { asked, setup } = open("/hooks/");
  await setup({ publicUrl: "https://app.example.com/" });
  expect(asked).toMatchObject([{ publicUrl: "https://app.example.com", prefix: "/hooks" }]);
  await setup({ publicUrl: "https://app.example.com/base", prefix: "/else" });
  expect(asked[1]).toMatchObject({ publicUrl: "https://app.example.com/base", prefix: "/else" });
});

test.each([
  "http://app.example.com",
  "app.example.com",
  "https://app.example.com/?token=1",
  "https://app.example.com/#top",
  "https://user@app.example.com",
  "",
])("A04: %j is no address to send calls to", async (publicUrl) => {
  const { asked, setup } = open();
  await expect(setup({ publicUrl })).rejects.toMatchObject({ code: "option_invalid" });
  expect(asked).toEqual([]);
});

test("A04: where a vendor has no API for webhooks, the error says where to set them", async () => {
  const { offhook } = openToy({ providers: [new ToyVendor().provider()] });
  await expect(
    offhook.integrations?.setupWebhook("toy", { publicUrl: "https://app.example.com" }),
  ).rejects.toMatchObject({ code: "option_invalid", message: expect.stringContaining("console") });
});
