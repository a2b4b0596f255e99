import { createOffhook, memoryStorage } from "@offhook/core";
import { createPinnedFetch, type ResolveAll } from "../../../../packages/core/src/api/pinned-fetch.node.ts";
import type { App } from "./app.ts";

const [, , port = ""] = process.argv;
const toLoopback: ResolveAll = (_hostname, _options, callback) =>
  void setTimeout(() => callback(null, [{ address: "127.0.0.1", family: 4 }]), 0);

/** What comes of asking a name that leads to this machine. */
async function codeOf(isAllowedAddress?: (address: string) => boolean): Promise<string> {
  const fetch = createPinnedFetch({ resolve: toLoopback, ...(isAllowedAddress && { isAllowedAddress }) });
  const signal = AbortSignal.timeout(5_000);
  return fetch(new URL(`https://recordings.example.com:${port}/`), { headers: {}, signal }).then(
    () => "answered",
    (error: unknown) => (error as { code?: string }).code ?? "no code",
  );
}

/** Goes to the port that its argument names, on Node, Bun and Deno. */
export const app: App = {
  offhook: createOffhook({ providers: [], storage: memoryStorage(), runJobs: false }),
  questions: { "/judged": () => codeOf(), "/allowed": () => codeOf(() => true) },
};
