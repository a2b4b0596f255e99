import { watchConnections } from "@offhook/adapters-next";

/** Next calls this when the server starts. */
export async function register(): Promise<void> {
  if (process.env["NEXT_RUNTIME"] === "nodejs") {
    watchConnections();
    const { offhook } = await import("./lib/offhook.ts");
    await offhook.open(); // fails here, not at the first webhook
  }
}
