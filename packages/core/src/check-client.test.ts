import { expect, test } from "vitest";
import { checkClient } from "./check-client.ts";

const connect = () => undefined;

test.each<[client: unknown, got: string]>([
  [{ provider: "retell", connect }, "one of retell"],
  [{ provider: "https://user:secret@example.com", connect }, "something else"],
  [{ provider: "toy" }, "something else"],
  [{ provider: "toy", connect: "connect" }, "something else"],
  [{ connect }, "something else"],
  [{}, "something else"],
  [null, "something else"],
  ["toy", "something else"],
  [connect, "something else"],
])("D15: %o is no client of this vendor's", (client, got) => {
  expect(() => checkClient("toy", "createToyClient", client)).toThrow(
    expect.objectContaining({
      name: "ConfigurationError",
      code: "option_invalid",
      message: `toy({ client }): expected one of createToyClient, got ${got}`,
    }),
  );
});

test.each([undefined, { provider: "toy", connect }])("A01: %o is a client, or none", (client) => {
  expect(() => checkClient("toy", "createToyClient", client)).not.toThrow();
});
