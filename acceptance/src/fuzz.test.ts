import { expect, test } from "vitest";
import { allProviders } from "./all-providers.ts";
import { fuzzProvider } from "./fuzz-provider.ts";

// The full run of 100,000 for each provider is `npx -y pnpm@12 fuzz`.
test.each(allProviders())(
  "S06: $name takes no forged request and breaks on none that is odd",
  async (provider) => {
    const { violations, statuses } = await fuzzProvider(provider, { count: 1_000, seed: 7 });
    expect(violations).toEqual([]);
    // Both halves did arrive.
    expect(Object.keys(statuses).some((status) => status.startsWith("2"))).toBe(true);
    expect(Object.keys(statuses)).toContain("401");
  },
  60_000,
);
