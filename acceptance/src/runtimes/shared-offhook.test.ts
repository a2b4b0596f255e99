import { once } from "node:events";
import { connect } from "node:net";
import { signRequest } from "@offhook/core";
import { byBody } from "@offhook/testing/subject";
import { expect, test } from "vitest";
import { onRuntime } from "./on-runtime.ts";
import { workerd } from "./runtime.ts";
import { start } from "./start.ts";

const url = "/api/webhooks/subject";

/** Sends a delivery on a connection of its own, whose body comes a little after its head. @returns the status line. */
async function send(port: number, body: Uint8Array): Promise<string> {
  const { headers } = await signRequest(byBody, { method: "POST", url, headers: {}, body });
  const lines = Object.entries({ ...headers, host: "hooks.example.com", "content-length": String(body.length) });
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  try {
    await once(socket, "connect");
    socket.write(`POST ${url} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
    setTimeout(() => socket.write(body), Math.random() * 3);
    const [answer] = (await once(socket, "data")) as [string]; // an encoding is set
    return answer.slice(0, answer.indexOf("\r\n"));
  } finally {
    socket.destroy();
  }
}

// A Worker that waits for what another request has begun, a timer or a read, is taken for hung and cancelled.
onRuntime(workerd, () => {
  test("workerd: requests that share an Offhook and a storage in memory never wait for each other", async () => {
    const running = await start(workerd, "subject", "worker");
    try {
      const statuses = new Set<string>();
      for (let round = 0; round < 40; round += 1) {
        const sending = Array.from({ length: 100 }, (_, index) =>
          send(running.port, Buffer.from(`{"round":${round},"index":${index}}`)),
        );
        for (const status of await Promise.all(sending)) statuses.add(status);
      }
      expect([...statuses]).toEqual(["HTTP/1.1 200 OK"]);
    } finally {
      await running.close();
    }
  }, 60_000);
});
