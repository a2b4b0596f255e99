import { subject } from "../../../subject.ts";

export async function GET(): Promise<Response> {
  return Response.json(await subject.state());
}
