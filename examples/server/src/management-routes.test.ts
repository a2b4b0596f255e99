import { createOffhook, memoryStorage, silentLogger } from "@offhook/core";
import { pino } from "pino";
import { expect, test } from "vitest";
import { managementRoutes } from "./management-routes.ts";

test.each([[[]], [[""]]])("S14: an API without a login is not mounted: %j", async (adminTokens) => {
  const offhook = createOffhook({ providers: [], storage: memoryStorage(), logger: silentLogger });
  const options = {
    offhook,
    providers: [],
    publicUrl: "http://127.0.0.1",
    missing: {},
    logger: pino({ enabled: false }),
  };
  expect(() => managementRoutes({ ...options, adminTokens })).toThrow(/admin token/);
  expect(() => managementRoutes({ ...options, adminTokens: ["a token"] })).not.toThrow();
  await offhook.close();
});
