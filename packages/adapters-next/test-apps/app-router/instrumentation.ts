import { watchConnections } from "@offhook/adapters-next";

export function register(): void {
  watchConnections();
}
