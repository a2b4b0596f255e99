import { mkdtemp, rm } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toExpressHandler } from "@offhook/adapters-express";
import { createOffhook, type SignableRequest, type Storage } from "@offhook/core";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { signSample, twilioLife } from "@offhook/testing";
import { twilio } from "@offhook/twilio";
import express from "express";
import { expect, test } from "vitest";

const provider = twilio({ authToken: "2f8c1d9a7b3e4f60a1b2c3d4e5f60718", publicUrl: "https://hooks.example.com" });

test("D10: requests that come in over many connections at once share a commit, also where a commit stops the process", async () => {
  const folder = await mkdtemp(join(tmpdir(), "offhook-group-"));
  const sqlite = sqliteStorage({ path: join(folder, "calls.db") });
  let commits = 0;
  const storage: Storage = {
    ...sqlite,
    write(work) {
      commits += 1;
      return sqlite.write(work);
    },
  };
  const offhook = createOffhook({ providers: [provider], storage, runJobs: false });
  const server = createServer(express().use("/api/webhooks", toExpressHandler(offhook)));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  try {
    // It listens on TCP.
    const { port } = server.address() as AddressInfo;
    const lives = Array.from({ length: 100 }, (_, life) => twilioLife({ key: `d${life}` })).flat();
    const signed = await Promise.all(lives.map((sample) => signSample(provider, sample)));
    const statuses = await Promise.all(signed.map((each) => send(`http://127.0.0.1:${port}`, each, agent)));
    expect(new Set(statuses)).toEqual(new Set([204]));
    expect((await offhook.health()).deliveries.applied).toBe(lives.length);
    expect(commits).toBeLessThan(lives.length / 3);
  } finally {
    agent.destroy();
    await new Promise((resolve) => void server.close(resolve));
    await offhook.close();
    await rm(folder, { recursive: true });
  }
});

function send(address: string, { method, url, headers, body }: SignableRequest, agent: Agent) {
  return new Promise((resolve, reject) => {
    request(
      `${address}${url}`,
      { method, headers: { ...headers, "content-length": body.length }, agent },
      (response) => {
        response.resume().on("end", () => resolve(response.statusCode));
      },
    )
      .on("error", reject)
      .end(body);
  });
}
