import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { onRuntime } from "./on-runtime.ts";
import { question } from "./running.ts";
import { processRuntimes } from "./runtime.ts";
import { start } from "./start.ts";

for (const runtime of processRuntimes) {
  onRuntime(runtime, () => {
    test(`${runtime.name}: a recording is fetched from the very address that was judged`, async () => {
      let connections = 0;
      const host = createServer((socket) => {
        connections += 1;
        socket.on("error", () => undefined).destroy();
      }).listen(0, "127.0.0.1");
      await once(host, "listening");
      // A server that listens on TCP has an address of this shape.
      const { port } = host.address() as AddressInfo;
      const running = await start(runtime, "judged-names", runtime.door, {
        args: [String(port)],
        leave: ["--allow-net=recordings.example.com"],
      });
      try {
        expect(await question(running, "/judged")).toBe("ERR_ADDRESS_REFUSED");
        expect(connections).toBe(0);
        // No name that anybody could look up leads there.
        expect(await question(running, "/allowed")).not.toBe("ERR_ADDRESS_REFUSED");
        expect(connections).toBe(1);
      } finally {
        await running.close();
        host.close();
      }
    }, 60_000);
  });
}
