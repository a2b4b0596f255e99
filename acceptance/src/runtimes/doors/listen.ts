import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tellPort } from "./tell-port.ts";

/** Listens on a free port of this machine. */
export function listen(server: Server): void {
  // A server that listens on TCP has an address of this shape.
  server.listen(0, "127.0.0.1", () => tellPort((server.address() as AddressInfo).port));
}
