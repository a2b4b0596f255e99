// One process of an app that imports: `node import-app.ts <settings as JSON>`. Writes each progress, and the summary at
// its end, as a line of JSON.
import { createOffhook, silentLogger } from "@offhook/core";
import { fakeTwilio, vendorFetch } from "@offhook/testing/vendors";
import { twilio } from "@offhook/twilio";
import { createTwilioClient } from "@offhook/twilio/client";
import type { ImportAppSettings } from "./import-app-process.ts";
import { storageAt } from "./storage-place.ts";

// As startImportApp wrote it.
const { place, calls, pageSize, requestMs, from, to } = JSON.parse(process.argv[2] ?? "") as ImportAppSettings;

const vendor = fakeTwilio({ pageSize });
const startMs = Date.parse(from);
const spacingMs = Math.floor((Date.parse(to) - startMs) / calls);
for (let index = 0; index < calls; index += 1) {
  vendor.add({ key: (0xa0000 + index).toString(16), startMs: startMs + index * spacingMs });
}
const answer = vendorFetch([vendor]);
const client = createTwilioClient({
  ...vendor.clientOptions,
  fetch: async (input, init) => {
    await new Promise((resolve) => setTimeout(resolve, requestMs));
    return answer(input, init);
  },
});
const offhook = createOffhook({
  providers: [twilio({ authToken: "a token", publicUrl: "https://app.example.com", client })],
  storage: storageAt(place),
  logger: silentLogger,
});
const write = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
try {
  const summary = await offhook.importCalls({
    provider: "twilio",
    from,
    to,
    onProgress: ({ state, seen }) => write({ type: "progress", state, seen }),
  });
  write({ type: "summary", ...summary });
} catch (error) {
  write({ type: "error", code: error instanceof Error && "code" in error ? error.code : String(error) });
}
await offhook.close();
