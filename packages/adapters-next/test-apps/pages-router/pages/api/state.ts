import type { IncomingMessage, ServerResponse } from "node:http";
import { subject } from "../../../subject.ts";

export default async function handler(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader("content-type", "application/json").end(JSON.stringify(await subject.state()));
}
