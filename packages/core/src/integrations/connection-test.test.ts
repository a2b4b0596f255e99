import { expect, test, vi } from "vitest";
import { ConfigurationError } from "../errors.ts";
import { openToy } from "../toy-offhook.ts";
import { toyFailure, ToyVendor } from "./toy-api.ts";
import type { ProviderApi } from "../provider-api.ts";

const testing = (ping: ProviderApi["ping"]) =>
  openToy({ providers: [new ToyVendor().provider({ ping })] }).offhook.integrations?.testConnection("toy");

test("A04: good credentials name their account", async () => {
  expect(await testing(() => Promise.resolve({ account: "toys" }))).toMatchObject({
    ok: true,
    account: "toys",
    error: null,
  });
});

test("A04: what the vendor refuses is in the result", async () => {
  const refusal = toyFailure("api_unauthorized", { status: 401, vendorCode: "20003", requestId: "RQ1" });
  expect(await testing(() => Promise.reject(refusal))).toMatchObject({
    ok: false,
    account: null,
    error: { code: "api_unauthorized", status: 401, vendorCode: "20003", requestId: "RQ1" },
  });
});

test("A04: so is a key that its function does not give", async () => {
  const missing = new ConfigurationError("secret_missing", "createToyClient({ apiKey }): the function failed");
  expect(await testing(() => Promise.reject(missing))).toMatchObject({
    ok: false,
    error: { code: "secret_missing", message: missing.message, status: null },
  });
});

test("A04: a vendor that does not answer is given up after ten seconds", async () => {
  // The platform's timer cannot be faked.
  const timeout = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("late", "TimeoutError")), ms / 1_000);
    return controller.signal;
  });
  const hanging: ProviderApi["ping"] = (context) =>
    new Promise((_resolve, reject) => {
      context?.signal?.addEventListener("abort", () => reject(context.signal?.reason as Error)); // as fetch does
    });
  expect(await testing(hanging)).toMatchObject({ ok: false, error: { code: "api_unavailable" } });
  expect(timeout).toHaveBeenCalledWith(10_000);
  timeout.mockRestore();
});
