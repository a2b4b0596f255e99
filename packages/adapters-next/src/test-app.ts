import { join } from "node:path";
import type { AdapterTarget } from "@offhook/testing/conformance";
import type { SubjectState } from "@offhook/testing/subject";
import { buildNextApp, startNextApp } from "../../../tooling/next-server.ts";

/**
 * One of the `test-apps`, built and served by Next as it is in production.
 *
 * @param statePath where the app tells the state of its subject.
 */
export async function startTestApp(name: string, statePath: string): Promise<AdapterTarget> {
  const app = { folder: join(import.meta.dirname, "../test-apps", name) };
  await buildNextApp(app);
  const server = await startNextApp(app);
  return {
    port: server.port,
    async state() {
      const response = await fetch(`http://127.0.0.1:${server.port}${statePath}`);
      // The subject's own words.
      return (await response.json()) as SubjectState;
    },
    close: () => server.close(),
  };
}
