import { expect, test } from "vitest";
import * as onNode from "./connection.node.ts";
import * as onEdge from "./connection.web.ts";

test("a request that came before the watch is taken as Next says it", () => {
  onNode.startWatching();
  expect(onNode.connectionOf("/twilio?q=a+b")).toEqual({ target: "/twilio?q=a+b", remoteAddress: undefined });
});

test.each([
  { seen: "/hooks/twilio?path=twilio", target: "/hooks/twilio" },
  { seen: "/hooks/twilio/voice?path=twilio&path=voice&q=1&f=", target: "/hooks/twilio/voice?q=1&f=" },
  { seen: "/hooks/twilio?q=%20&path=twilio&p=path", target: "/hooks/twilio?q=%20&p=path" },
  { seen: "/hooks/twilio", target: "/hooks/twilio" },
])("on the edge runtime $seen is taken as $target", ({ seen, target }) => {
  expect(onEdge.connectionOf(seen, { path: ["twilio"] })).toEqual({ target, remoteAddress: undefined });
});
