import { afterEach, describe, expect, test, vi } from "vitest";
import { addressRanges } from "./addresses/address-ranges.ts";
import { behindProxies } from "./addresses/behind-proxies.ts";
import type { AddressFilter } from "./client-address.ts";
import type { ReadBody } from "./delivery.ts";
import type { Offhook } from "./offhook.ts";
import type { OffhookOptions } from "./offhook-options.ts";
import { toyRequest } from "./toy-provider.ts";
import { openSenders, type ToySenders } from "./toy-senders.ts";

const opened: Offhook[] = [];
afterEach(async () => {
  for (const offhook of opened.splice(0)) await offhook.close();
});

function open(given: Partial<OffhookOptions> = {}): ToySenders {
  const toy = openSenders(given);
  opened.push(toy.offhook);
  return toy;
}

describe("S07, S08: addresses", () => {
  test("of proxies are believed only where they are declared", async () => {
    const spoofed = { "x-forwarded-for": "203.0.113.9" };
    const plain = open();
    await plain.sendFrom("192.0.2.1", "c1", spoofed);
    const proxied = open({ clientAddress: behindProxies({ trusted: ["192.0.2.1"] }) });
    await proxied.sendFrom("192.0.2.1", "c1", spoofed);
    await proxied.sendFrom("192.0.2.2", "c2", spoofed);
    const addresses = async ({ offhook }: typeof plain) =>
      (await offhook.deliveries.list()).data.map(({ remoteAddress }) => remoteAddress);
    expect(await addresses(plain)).toEqual(["192.0.2.1"]);
    expect(await addresses(proxied)).toEqual(["192.0.2.2", "203.0.113.9"]);
  });

  test("beside a list are refused before the body is read, whatever they sign, and journaled", async () => {
    const { sendFrom, offhook } = open({ allowedAddresses: { toy: addressRanges(["198.51.100.0/24"]) } });
    expect(await sendFrom("198.51.100.7", "c1")).toBe(200);
    expect(await sendFrom("203.0.113.9", "c2")).toBe(403);
    const [refused] = (await offhook.deliveries.list({ status: "rejected" })).data;
    expect(refused).toMatchObject({ error: { code: "address_not_allowed" }, remoteAddress: "203.0.113.9" });
    const answer = await offhook.handle({ ...(await toyRequest({ call: "c3" })), remoteAddress: undefined });
    expect(answer.status).toBe(403);
  });

  test("beside a list have no body read", async () => {
    const { offhook } = open({ allowedAddresses: { toy: addressRanges(["198.51.100.7"]) } });
    const body = vi.fn<ReadBody>(async () => new Uint8Array());
    const request = { method: "POST", url: "/api/webhooks/toy", headers: {}, body, remoteAddress: "203.0.113.9" };
    expect((await offhook.handle(request)).status).toBe(403);
    expect(body).not.toHaveBeenCalled();
  });

  test("beside a list are those that the proxy names, not the proxy's", async () => {
    const { sendFrom } = open({
      clientAddress: behindProxies({ trusted: ["10.0.0.0/8"] }),
      allowedAddresses: { toy: addressRanges(["198.51.100.7"]) },
    });
    expect(await sendFrom("10.0.0.1", "c1", { "x-forwarded-for": "198.51.100.7" })).toBe(200);
    expect(await sendFrom("10.0.0.1", "c2", { "x-forwarded-for": "198.51.100.7, 203.0.113.9" })).toBe(403);
    expect(await sendFrom("203.0.113.9", "c3", { "x-forwarded-for": "198.51.100.7" })).toBe(403);
  });

  test("are those of the connection's where nobody could say them", async () => {
    const finders = [
      () => {
        throw new Error("no");
      },
      () => Promise.resolve("198.51.100.7"),
      () => null,
    ];
    for (const clientAddress of finders) {
      // What JavaScript can hand over.
      const { sendFrom, ask, offhook } = open({ clientAddress } as unknown as Partial<OffhookOptions>);
      expect([await sendFrom("192.0.2.1", "c1"), await ask("192.0.2.1")]).toEqual([200, 401]);
      expect((await offhook.deliveries.list()).data.map(({ remoteAddress }) => remoteAddress)).toEqual([null, null]);
    }
    // @ts-expect-error -- what JavaScript can hand over
    expect(() => open({ clientAddress: ["10.0.0.0/8"] })).toThrow(/clientAddress: expected a function/);
  });

  test("that a list of one's own promises to judge are refused", async () => {
    const toy = (() => Promise.resolve(false)) as unknown as AddressFilter; // what JavaScript can hand over
    const { sendFrom } = open({ allowedAddresses: { toy } });
    expect(await sendFrom("192.0.2.1", "c1")).toBe(403);
  });

  test("a list for a provider that is not there is refused, because it would protect nothing", () => {
    const allowed = addressRanges(["198.51.100.7"]);
    expect(() => open({ allowedAddresses: { tyo: allowed } })).toThrow(/allowedAddresses.tyo/);
    // @ts-expect-error -- what JavaScript can hand over
    expect(() => open({ allowedAddresses: { toy: ["198.51.100.7"] } })).toThrow(/addressRanges/);
  });
});
